"""Our own routes beside Streamlit's."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.testclient import TestClient

from tests.app.conftest import AppOn
from ui.server import routes


def test_own_routes_lie_below_the_base_path_too(app_on: AppOn) -> None:
    app_on()  # the shipped data
    client = TestClient(Starlette(routes=routes("/unten/")))
    for address in (
        "/healthz",
        "/atlas/tabelle.csv?ebene=council",
        "/bild/sachsen.svg?groesse=small",
        "/api/v1/status.csv",
    ):
        below, above = client.get(f"/unten{address}"), client.get(address)
        assert below.status_code == above.status_code == 200, address
        assert below.content == above.content


def test_without_a_base_path_there_is_each_route_once(app_on: AppOn) -> None:
    app_on()
    paths = [route.path for route in routes()]
    assert len(paths) == len(set(paths))
