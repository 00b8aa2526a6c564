/* The frame of the map in the static site: what streamlit-folium does for it in the app, in a few lines. */
window.Streamlit = {
  setFrameHeight() {}, // the style sheet makes the frame as high as the screen has room for
  setComponentValue(value) { window.parent.document.dispatchEvent(new CustomEvent("atlas:pick", { detail: value })); },
};
const { urls } = window.atlasMap.make("map_div").getContainer().dataset;
window.atlasMap.start(JSON.parse(urls || ""));
window.parent.document.dispatchEvent(new CustomEvent("atlas:frame"));
