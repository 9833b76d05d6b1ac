"""The product's own operations keep the rules of the document."""

import json

from openapi_schema_validator import OAS31Validator
from openapi_spec_validator import validate

from service.http.openapi import codes_by_status, document
from service.http.operations import OPERATIONS
from tests.unit.http import openapi_rules as rules

DESCRIBED = [served.operation for served in OPERATIONS]
DOCUMENT = json.loads(document(DESCRIBED))


def test_the_document_is_valid_openapi() -> None:
    validate(DOCUMENT)


def test_every_operation_has_an_id_of_its_own_and_words() -> None:
    assert rules.ids_not_unique(DOCUMENT) == []
    assert rules.without_summary(DOCUMENT) == []


def test_every_input_is_bounded() -> None:
    assert rules.unbounded_inputs(DOCUMENT) == []


def test_every_body_and_answer_has_an_example() -> None:
    assert rules.without_example(DOCUMENT) == []


def test_every_refusal_is_documented_with_its_codes() -> None:
    assert rules.undocumented_problems(DOCUMENT) == []


def test_every_example_fits_its_schema() -> None:
    for place, operation in rules.operations(DOCUMENT):
        bodies = [operation.get("requestBody", {}), *operation["responses"].values()]
        for content in (content for body in bodies for content in body.get("content", {}).values()):
            if "example" in content:
                schema = content["schema"] | {"components": DOCUMENT["components"]}
                errors = list(OAS31Validator(schema).iter_errors(content["example"]))
                assert errors == [], place


def test_every_post_that_creates_moves_or_approves_is_keyed() -> None:
    """Only asking (a calculation, a code), signing in, and objecting, whose key is in the body."""
    unkeyed = {o.id for o in DESCRIBED if o.method == "POST" and not o.keyed}
    assert unkeyed == {"SignIn", "Calculate", "CheckVoucher", "ObjectToNotice"}


def test_every_operation_that_moves_a_case_asks_for_its_version() -> None:
    """A bank's answer moves nothing by itself: its lines are taken one by one, by a job. Nor does
    signing for a document, or having a person asked about again."""
    moves = [o for o in DESCRIBED if o.method != "GET" and o.path.count("{") == 1]
    assert moves
    unversioned = {o.id for o in moves if not o.versioned and o.status != 201}
    assert unversioned == {"LoadBankResult", "SignForOfficialDocument", "AskRealName"}


def test_every_operation_says_what_a_stranger_gets() -> None:
    for described in DESCRIBED:
        assert described.public or 401 in codes_by_status(described), described.id
