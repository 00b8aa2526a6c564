"""The sheets: accessible, at most two pages, true to the screen, made for all in one run that can be taken up again."""

from __future__ import annotations

import io
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

import pandas as pd
import pikepdf
import pypdfium2
import pytest

from atlas import phrases
from atlas.__main__ import FINDINGS, FINE, WRONG_USE, main
from atlas.errors import AtlasError, Problem
from atlas.export import sheet_run
from atlas.export.sheet_run import DISTRICT_INDEX, INDEX, MANIFEST, Progress, SheetOrder, write_sheets
from atlas.export.sheets import pages_of, sheet_pdf, sheet_stem
from atlas.model.snapshot import Snapshot
from atlas.model.view import ViewState
from atlas.present.context import ViewContexts
from atlas.present.detail import position_or_successor
from atlas.present.sheet import SheetShare, build_district_sheet, build_sheet
from atlas.present.wording import Words
from atlas.render.fonts import displayable
from atlas.sources.settings import Settings
from tests.browser.payloads import PAYLOADS
from tests.conftest import ROOT, TODAY

DE, EN = Words("de"), Words("en")
HOME = "https://atlas.example.org"
AWKWARD = {
    "many neighbours": "14511000",
    "independent city": "14713000",
    "much on record": "14523320",
    "more of it": "14524330",
    "most on record": "14522150",
    "joint body": "14523020",
    "another joint body": "14521035",
    "small": "14628310",
    "merged": "14522275",
    "nothing on record": "14524060",
    "same name": "14522260",
    "abbreviated": "14626230",
}


def position(contexts: ViewContexts, ags: str) -> int:
    found = position_or_successor(contexts.of(ViewState()), ags)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def sheet(contexts: ViewContexts) -> Callable[..., bytes]:
    known: dict[tuple[str, str], bytes] = {}

    def made(ags: str, lang: str = "de") -> bytes:
        if (ags, lang) not in known:
            known[ags, lang] = sheet_pdf(contexts, ViewState(lang=lang), position(contexts, ags), HOME)
        return known[ags, lang]

    return made


def said(body: bytes) -> str:
    """Return the text of all pages as a reader selects it."""
    document = pypdfium2.PdfDocument(body)
    pages = [page.get_textpage().get_text_range().replace("\ufffe", "-") for page in document]
    document.close()
    return re.sub(r"\s+", " ", " ".join(pages))


def squeezed(text: str) -> str:
    """Return a text without what depends on where lines break."""
    return re.sub(r"[\s\u00ad\u0002-]+", "", text)


def tags(body: bytes) -> list[tuple[str, str]]:
    def below(node: pikepdf.Object) -> Iterator[tuple[str, str]]:
        if "/S" in node:
            yield str(node.S), str(node.get("/Alt", ""))
        children = node.get("/K", [])
        for child in children if isinstance(children, pikepdf.Array) else [children]:
            if isinstance(child, pikepdf.Dictionary):
                yield from below(child)

    with pikepdf.open(io.BytesIO(body)) as pdf:
        return list(below(pdf.Root.StructTreeRoot))


@pytest.mark.sample(4)
@pytest.mark.parametrize("ags", AWKWARD.values(), ids=AWKWARD)
def test_at_most_two_small_pages_with_all_that_is_known(
    contexts: ViewContexts, sheet: Callable[..., bytes], ags: str
) -> None:
    body = sheet(ags)
    assert len(body) <= 300_000
    assert pages_of(body) == len(pypdfium2.PdfDocument(body)) <= 2
    told = squeezed(said(body))
    context = contexts.of(ViewState())
    described = build_sheet(context, position(contexts, ags), DE, HOME)
    assert squeezed(described.name) in told
    for each in described.status:
        assert squeezed(each.label) in told
        assert all(squeezed(entry.text) in told for entry in each.entries)
    for source in described.sources:
        assert squeezed(source.text) in told
    for near in described.neighbours:
        assert squeezed(near.name) in told
        assert near.border in said(body)
    assert len(described.neighbours) == len(context.day.hood.lines[position(contexts, ags)])
    assert squeezed(described.rest) in told


@pytest.mark.parametrize("lang", ["de", "en"])
def test_sheet_is_accessible(sheet: Callable[..., bytes], lang: str) -> None:
    body = sheet("14523020", lang)
    with pikepdf.open(io.BytesIO(body)) as pdf:
        assert str(pdf.Root.Lang) == lang
        assert bool(pdf.Root.MarkInfo.Marked)
        assert bool(pdf.Root.ViewerPreferences.DisplayDocTitle)
        with pdf.open_metadata() as about:
            assert about["pdfuaid:part"] == "1"
            assert about["dc:title"] == {"de": "Steckbrief", "en": "Fact sheet"}[lang] + " Auerbach/Vogtl. (ASSKomm)"
        links = [note for page in pdf.pages for note in page.get("/Annots", []) if "/A" in note]
        targets = {str(link.A.URI) for link in links}
    assert f"{HOME}/gemeinde?gemeinde=14523020{'&lang=en' if lang == 'en' else ''}" in targets
    assert "https://www.medienservice.sachsen.de/medien/news/1051878" in targets
    kinds = [kind for kind, _ in tags(body)]
    assert kinds.count("/H1") == 1
    assert kinds.count("/H2") == 6
    assert kinds.count("/Table") == 3
    assert {"/TH", "/TD", "/L", "/LI", "/Link", "/P"} <= set(kinds)
    alts = [alt for kind, alt in tags(body) if kind == "/Figure"]
    assert len(alts) == 2
    assert alts[0].startswith({"de": "Karte. ", "en": "Map. "}[lang])
    assert "QR" in alts[1]


def test_every_page_says_sources_day_and_number(sheet: Callable[..., bytes], contexts: ViewContexts) -> None:
    body = sheet("14511000")
    attribution = contexts.of(ViewState()).edition.provenance.attribution
    pages = list(pypdfium2.PdfDocument(body))
    assert len(pages) == 2
    for number, page in enumerate(pages, 1):
        told = page.get_textpage().get_text_range()
        assert attribution in told
        assert f"Seite {number} von 2" in told
        assert "Stand: 30.11.2026" in told


@pytest.mark.parametrize("ags", ["14511000", "14523320", "14522150"])
def test_dates_and_hosts_are_not_broken_over_lines(sheet: Callable[..., bytes], ags: str) -> None:
    for page in pypdfium2.PdfDocument(sheet(ags)):
        told = page.get_textpage().get_text_range()
        assert not re.search(r"\d\.\s*[\r\n]+\s*\d{2,4}\b", told)
        assert not re.search(r"sachsen\.\s*[\r\n]+\s*de\b", told)


def test_without_an_address_there_is_no_qr_code(contexts: ViewContexts) -> None:
    body = sheet_pdf(contexts, ViewState(), position(contexts, "14524060"))
    assert len([kind for kind, _ in tags(body) if kind == "/Figure"]) == 1
    assert "Immer aktuell" not in said(body)


def test_district_stands_against_the_state(contexts: ViewContexts, sheet: Callable[..., bytes]) -> None:
    context = contexts.of(ViewState())
    here, state = (context.day.figure("agreement", where) for where in ("14524", None))
    told = said(sheet("14524060"))
    assert f"Kooperationsvereinbarung {len(here.municipalities)} von {here.total}" in told
    assert f"{len(state.municipalities)} von {state.total}" in told
    assert "Sachsen insgesamt" in said(sheet("14713000"))


def test_same_facts_give_the_same_bytes(real: Snapshot, sheet: Callable[..., bytes]) -> None:
    again = ViewContexts(lambda: real, lambda: TODAY)
    assert sheet_pdf(again, ViewState(), position(again, "14524060"), HOME) == sheet("14524060")


def test_english_sheet_has_no_german_words_of_ours(sheet: Callable[..., bytes]) -> None:
    told = said(sheet("14524060", "en"))
    assert not re.search(r"keine bekannte|Seite|Stand:|Quellen|Legende|Nachbargemeinde|dokumentiert\b", told)


@pytest.mark.bulk
def test_all_of_the_invented_state_say_that_they_are(mini: Snapshot) -> None:
    contexts = ViewContexts(lambda: mini, lambda: TODAY)
    context = contexts.of(ViewState())
    for place, lines in context.day.lines.items():
        body = sheet_pdf(contexts, ViewState(), place, HOME)
        told = said(body)
        assert 1 <= pages_of(body) <= 2
        assert squeezed(lines[0].name) in squeezed(told)
        assert told.count("Beispieldaten: ") >= 2


def _hostile(mini: Snapshot, texts: list[str]) -> Snapshot:
    """Return the invented state with texts for names, notes, bodies and sources."""
    (edition,) = mini.editions["00"]
    number = len(edition.municipalities)
    names = [texts[i % len(texts)] for i in range(number)]
    table = mini.records["mini"].table.iloc[[0] * len(texts)].reset_index(drop=True)
    table = table.assign(ags="00021050", instrument="talk", status="held", municipality=texts, note=texts)
    table = table.assign(source_url=texts, joint_with=[*texts[1:], texts[0]], date=["2020-01-01"] * len(texts))
    records = replace(mini.records["mini"], table=table)
    changed = replace(edition, municipalities=edition.municipalities.assign(name=names))
    return replace(mini, records={"mini": records}, editions={"00": (changed,)})


@pytest.mark.parametrize("texts", [list(PAYLOADS[i : i + 12]) for i in range(0, len(PAYLOADS), 12)])
def test_hostile_texts_stay_texts(mini: Snapshot, texts: list[str]) -> None:
    snapshot = _hostile(mini, texts)
    contexts = ViewContexts(lambda: snapshot, lambda: TODAY)
    body = sheet_pdf(contexts, ViewState(), position(contexts, "00021050"), HOME)
    told = squeezed(said(body))
    for text in texts:
        wanted = squeezed(displayable(json.dumps(text, ensure_ascii=False)))[1:-1].replace('\\"', '"')
        assert squeezed(wanted.replace("\\\\", "\\").replace("\\t", "")) in told
    with pikepdf.open(io.BytesIO(body)) as pdf:
        targets = [str(n.A.URI) for page in pdf.pages for n in page.get("/Annots", []) if "/A" in n]
    assert all(target.startswith(HOME) for target in targets)


# --- of a district ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["de", "en"])
def test_sheet_of_a_district_says_its_figures_and_every_municipality_once(contexts: ViewContexts, lang: str) -> None:
    body = sheet_pdf(contexts, ViewState(lang=lang), "14626", HOME)
    context, told = contexts.of(ViewState(district="14626", lang=lang)), said(body)
    described = build_district_sheet(context, Words(lang), HOME)
    assert pages_of(body) <= 2
    assert "Landkreis Görlitz" in told
    for instrument, row in zip(context.programme.instruments, _counted(described.shares), strict=True):
        figure = context.day.figure(instrument.key, "14626")
        assert row == Words(lang).say(phrases.N_OF_TOTAL, n=len(figure.municipalities), total=figure.total)
    names = set(context.day.municipalities.query("district == '14626'")["name"])
    own, others = {each.label for each in described.status}, described.rest.partition(": ")[2].removesuffix(".")
    assert set(others.split(", ")) == names - own
    assert squeezed(described.rest) in squeezed(told)
    assert own - names == {"Landkreis Görlitz"}
    with pikepdf.open(io.BytesIO(body)) as pdf:
        targets = {str(note.A.URI) for page in pdf.pages for note in page.get("/Annots", []) if "/A" in note}
    assert f"{HOME}/kreis?kreis=14626{'&lang=en' if lang == 'en' else ''}" in targets
    assert {source.link for source in described.sources if source.link} <= targets


def _counted(shares: tuple[SheetShare, ...]) -> list[str]:
    """Return the figures of a district, without those of what is in force of them."""
    return [each.here for each in shares if each.here_share]


def test_districts_get_their_sheets_in_one_run_but_cities(root: Settings, mini: Snapshot, tmp_path: Path) -> None:
    run = write_sheets(root, replace(_order(), of_districts=True), tmp_path, _quiet)
    index = pd.read_csv(tmp_path / DISTRICT_INDEX, dtype={"district": str})
    assert (run.made, run.failed) == (2, ())
    assert list(index["district"]) == ["00021", "00022"]
    assert sorted(index["file"]) == sorted(path.name for path in tmp_path.glob("*.pdf"))
    context = ViewContexts(lambda: mini, lambda: TODAY).of(ViewState())
    for row in index.itertuples():
        assert row.pact == len(context.day.figure("pact", str(row.district)).municipalities)


def test_pages_of_a_sheet_are_both_used(sheet: Callable[..., bytes]) -> None:
    for ags in ("14511000", "14523320", "14522150", "14523020"):
        heights = [_used(page) for page in pypdfium2.PdfDocument(sheet(ags))]
        assert min(heights) > 0.45, (ags, heights)


def _used(page: pypdfium2.PdfPage) -> float:
    """Return how far down a page its text goes, above the foot, 0 to 1."""
    text = page.get_textpage()
    lows = [text.get_charbox(i)[1] for i in range(text.count_chars())]
    return 1 - min(low for low in lows if low > 60) / page.get_height()


# --- all in one run ---------------------------------------------------------------------------------------------


def _order(**fields: object) -> SheetOrder:
    return SheetOrder(ViewState(as_of=TODAY).but(**fields), HOME)


def _quiet(_done: int, _total: int, /) -> None:
    return


@pytest.fixture
def root(miniland_root: Path) -> Settings:
    return Settings(miniland_root)


def test_there_is_a_sheet_for_everyone_and_the_sums_are_the_totals(
    root: Settings, mini: Snapshot, tmp_path: Path
) -> None:
    run = write_sheets(root, _order(), tmp_path, _quiet)
    context = ViewContexts(lambda: mini, lambda: TODAY).of(ViewState())
    assert (run.made, run.kept, run.failed) == (len(context.day.lines), 0, ())
    index = pd.read_csv(tmp_path / INDEX, dtype={"ags": str})
    assert sorted(index["ags"]) == sorted(lines[0].ags for lines in context.day.lines.values())
    assert sorted(index["file"]) == sorted(path.name for path in tmp_path.glob("*.pdf"))
    for instrument in context.programme.instruments:
        assert index[instrument.key].sum() == len(context.day.figure(instrument.key).municipalities)
    for row in index.itertuples():
        body = (tmp_path / str(row.file)).read_bytes()
        assert (len(body), pages_of(body)) == (row.bytes, row.pages)
        assert re.fullmatch(r"[a-z0-9.-]+", str(row.file))
    assert not list(tmp_path.glob(".*"))
    assert list(index.columns[:5]) == ["ags", "name", "kind", "district", "file"]


def test_second_run_keeps_what_is_current_and_mends_the_rest(root: Settings, tmp_path: Path) -> None:
    total = write_sheets(root, _order(), tmp_path, _quiet).made
    one, two, *_ = sorted(tmp_path.glob("*.pdf"))
    before = {path: path.stat().st_mtime_ns for path in tmp_path.glob("*.pdf")}
    one.unlink()
    two.write_bytes(b"half")
    run = write_sheets(root, _order(), tmp_path, _quiet)
    assert (run.made, run.kept) == (2, total - 2)
    after = {path: path.stat().st_mtime_ns for path in tmp_path.glob("*.pdf")}
    assert {path for path in before if before[path] != after[path]} == {one, two}
    (tmp_path / MANIFEST).write_text("{ broken", encoding="utf-8")
    assert write_sheets(root, _order(district="00022"), tmp_path, _quiet).kept == 0


def test_another_address_or_language_or_record_makes_them_anew(own_root: Path, tmp_path: Path) -> None:
    settings, order = Settings(own_root), _order(district="00022")
    total = write_sheets(settings, order, tmp_path, _quiet).made
    assert total == 2
    assert write_sheets(settings, replace(order, home=""), tmp_path, _quiet).made == total
    assert write_sheets(settings, order, tmp_path, _quiet).made == total
    assert write_sheets(settings, _order(district="00022", lang="en"), tmp_path, _quiet).made == total
    assert write_sheets(settings, order, tmp_path, _quiet).kept == total
    table = own_root / "data" / "participation" / "mini.csv"
    table.write_text(table.read_text(encoding="utf-8").replace("Undatiert.", "Ohne Datum."), encoding="utf-8")
    assert write_sheets(settings, order, tmp_path, _quiet).made == total


def test_interrupted_run_is_taken_up_again(root: Settings, tmp_path: Path) -> None:
    def interrupt(done: int, _total: int, /) -> None:
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_sheets(root, _order(), tmp_path, interrupt)
    run = write_sheets(root, _order(), tmp_path, _quiet)
    assert run.kept == 3
    assert run.made > 0
    assert len(pd.read_csv(tmp_path / INDEX)) == run.made + run.kept


@pytest.mark.long
def test_killed_run_leaves_whole_files_and_is_taken_up_again(root: Settings, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "atlas", "sheets", "-o", str(tmp_path), "--as-of", TODAY.isoformat()]
    command += ["--address", HOME, "--jobs", "2"]
    environment = os.environ | {"ATLAS_DATA_DIR": str(root.root)}
    with subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        list(islice(process.stderr, 3))  # three lines of progress: none, some, some more
        process.send_signal(signal.SIGKILL)
    for path in tmp_path.glob("*.pdf"):
        assert pages_of(path.read_bytes()) >= 1
    run = write_sheets(root, _order(), tmp_path, _quiet)
    assert run.kept >= 2
    assert run.failed == ()
    assert len(pd.read_csv(tmp_path / INDEX)) == run.made + run.kept == 11


@pytest.mark.bulk
def test_sheet_that_fails_is_named_and_the_others_are_made(
    miniland_root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ATLAS_DATA_DIR", str(miniland_root))

    def fragile(contexts: ViewContexts, view: ViewState, place: int, home: str) -> bytes:
        name = contexts.of(view).day.lines[place][0].name
        if name == "Bergen":
            raise AtlasError(Problem("Bergen", "Das ging {how}.", {"how": "nicht"}))
        if name == "Hafen":
            raise OSError(28, "No space left on device")
        return sheet_pdf(contexts, view, place, home)

    monkeypatch.setattr(sheet_run, "sheet_pdf", fragile)
    arguments = ["sheets", "-o", str(tmp_path), "--jobs", "1", "--as-of", TODAY.isoformat()]
    assert main(arguments) == FINDINGS
    told = capsys.readouterr()
    assert "FEHLER: Bergen (00021020): " in told.err
    assert "FEHLER: Hafen (00021080): OSError: [Errno 28] No space left on device" in told.err
    assert "9 Steckbriefe geschrieben, 0 waren aktuell, 2 misslungen" in told.out
    assert len(pd.read_csv(tmp_path / INDEX)) == 9
    monkeypatch.setattr(sheet_run, "sheet_pdf", sheet_pdf)
    assert main(arguments) == FINE
    assert "2 Steckbriefe geschrieben, 9 waren aktuell, 0 misslungen" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["--district", "00099"], WRONG_USE, "Den Kreis 00099 gibt es nicht"),
        (["--programme", "quatsch"], WRONG_USE, "Das Programm quatsch gibt es nicht"),
        (["--address", "quatsch"], WRONG_USE, "--address: „quatsch“ ist keine Adresse"),
    ],
)
def test_command_line_says_what_is_wrong(
    arguments: list[str],
    code: int,
    message: str,
    miniland_root: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("ATLAS_DATA_DIR", str(miniland_root))
    assert main(["sheets", "-o", str(tmp_path / "neu"), *arguments]) == code
    assert message in capsys.readouterr().err
    assert not (tmp_path / "neu").exists()


@pytest.mark.parametrize("jobs", ["0", "-1", "x", "65", "²"])
def test_number_of_processes_is_a_number(jobs: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as error:
        main(["sheets", "-o", str(tmp_path), "--jobs", jobs])
    assert error.value.code == WRONG_USE
    assert "ist keine Zahl von 1 bis 64" in capsys.readouterr().err


def test_folder_that_is_a_file_is_a_sentence(root: Settings, tmp_path: Path) -> None:
    file = tmp_path / "datei"
    file.touch()
    with pytest.raises(AtlasError, match="Ordner kann nicht geschrieben werden"):
        write_sheets(root, _order(), file, _quiet)


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_is_a_bar_on_a_terminal_and_lines_elsewhere() -> None:
    terminal, file = _Terminal(), io.StringIO()
    for stream in (terminal, file):
        progress = Progress(stream)
        for done in range(101):
            progress(done, 100)
    shown = terminal.getvalue().split("\r")
    assert shown[0] == ""
    assert shown[51].startswith("█" * 15 + "░" * 15 + " 50 von 100 · noch")
    assert shown[-1].endswith("\n")
    assert file.getvalue() == "".join(f"{n} von 100 Steckbriefen\n" for n in range(0, 101, 10))


def test_file_names_say_key_day_and_language(contexts: ViewContexts) -> None:
    context = contexts.of(ViewState())
    assert sheet_stem(context, "14524060", "de") == "steckbrief-asskomm-14524060-2026-11-30"
    assert sheet_stem(context, "14524060", "en") == "steckbrief-asskomm-14524060-2026-11-30-en"
