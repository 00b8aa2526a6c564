"""The open data hold what their OpenAPI description says, whatever is asked: fuzzed by schemathesis."""

from __future__ import annotations

import pytest
import schemathesis
from hypothesis import HealthCheck, given
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.config import SchemathesisConfig
from schemathesis.schemas import BaseSchema
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from starlette.applications import Starlette

from atlas.model.snapshot import Snapshot
from atlas.present.context import ViewContexts
from atlas.present.open_data import OFFERS, ROOT
from atlas.web.api import build_api
from tests.conftest import TODAY
from tests.lanes import law

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
EXAMPLES = 15


@pytest.fixture(scope="module")
def described(mini: Snapshot) -> BaseSchema:
    app = Starlette(routes=build_api(lambda: mini, ViewContexts(lambda: mini, lambda: TODAY)))
    schema = schemathesis.openapi.from_asgi(f"{ROOT}/openapi.json", app, config=SchemathesisConfig(seed=1))
    schema.location = None  # else it leaves out the operation that gives the description itself
    return schema


def test_description_covers_every_offer(described: BaseSchema) -> None:
    labels = {operation.ok().label for operation in described.get_all_operations()}
    assert labels == {f"GET /{offer.path}" for offer in OFFERS}


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
@pytest.mark.parametrize("path", [offer.path for offer in OFFERS])
def test_answers_are_as_described(described: BaseSchema, path: str, mode: GenerationMode) -> None:
    operation = described.find_operation_by_label(f"GET /{path}")
    assert operation is not None
    statuses = set()

    @law(EXAMPLES, database=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(mode))
    def ask(case: Case) -> None:
        statuses.add(case.call_and_validate(checks=CHECKS).status_code)

    ask()
    assert statuses <= ({200} if mode is GenerationMode.POSITIVE else {200, 400, 404, 405})
    assert (200 if mode is GenerationMode.POSITIVE else 400) in statuses
