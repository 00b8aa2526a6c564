import js from "@eslint/js";
import globals from "globals";

export default [
  { files: ["**/*.js"] },
  { ignores: ["build/**", "test-artifacts/**", ".venv/**"] },
  js.configs.recommended,
  {
    files: ["atlas/web/assets/**/*.js"],
    languageOptions: { globals: { ...globals.browser, L: "readonly" } },
  },
  { files: ["tests/js/**/*.js"], languageOptions: { globals: globals.node } },
  {
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      "complexity": ["error", 12],
      "eqeqeq": "error",
      "func-style": ["error", "declaration", { allowArrowFunctions: true }],
      "max-depth": ["error", 3],
      "max-len": ["error", { code: 132, ignoreStrings: true, ignoreTemplateLiterals: true }],
      "max-lines-per-function": ["error", { max: 60, skipComments: true }],
      "no-eval": "error",
      "no-implicit-globals": "error",
      "no-implied-eval": "error",
      "no-param-reassign": "error",
      "no-restricted-properties": ["error",
        { property: "innerHTML", message: "Text from data is only ever set with textContent." },
        { property: "outerHTML", message: "Text from data is only ever set with textContent." },
        { property: "insertAdjacentHTML", message: "Text from data is only ever set with textContent." }],
      "no-restricted-syntax": ["error",
        { selector: "ExportNamedDeclaration > VariableDeclaration[declarations.length>1]",
          message: "One name for each export: atlas/web/scripts.py takes the first." }],
      "no-shadow": "error",
      "no-var": "error",
      "prefer-const": "error",
    },
  },
];
