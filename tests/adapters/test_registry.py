"""The registry adapter against a real server on this machine."""

import json

import pytest

from adapters.registry import Answer, FixtureRegistry, HttpsRegistry
from tests.adapters.test_sms import Gateway, gateway  # noqa: F401  (a fixture)

FIELDS = {"name": "xm", "id_number": "zjhm", "outcome": "jg", "request_id": "lsh"}


@pytest.fixture
def service(gateway: Gateway) -> Gateway:  # noqa: F811
    gateway.answer = '{"jg": "match", "lsh": "r-1"}'
    return gateway


def registry(service: Gateway) -> HttpsRegistry:
    return HttpsRegistry(service.url, "key", "secret", FIELDS)


def test_names_are_those_of_the_registry(service: Gateway) -> None:
    assert registry(service).verify_person("李晓明", "resident_id", "1") == Answer("match", "r-1")
    ((headers, body),) = service.got
    assert {"xm": "李晓明", "id_type": "resident_id", "zjhm": "1"}.items() <= json.loads(body).items()
    assert headers["X-Signature"]


@pytest.mark.parametrize(
    ("status", "answer", "outcome"),
    [
        (200, '{"jg": "mismatch"}', "mismatch"),
        (200, '{"jg": "not_supported"}', "not_supported"),
        (200, '{"jg": "certainly"}', "unavailable"),
        (200, "[]", "unavailable"),
        (200, "<html>", "unavailable"),
        (500, '{"jg": "match"}', "unavailable"),
        (401, '{"jg": "mismatch"}', "unavailable"),
    ],
)
def test_only_a_clear_answer_counts(service: Gateway, status: int, answer: str, outcome: str) -> None:
    service.status, service.answer = status, answer
    assert registry(service).verify_legal("甲", "A", "李", "1").outcome == outcome


def test_nobody_there_is_an_outage() -> None:
    assert (
        HttpsRegistry("http://127.0.0.1:9", "k", "s").verify_person("甲", "resident_id", "1").outcome
        == "unavailable"
    )


@pytest.mark.parametrize(
    ("name", "kind", "outcome"),
    [
        ("李晓明", "resident_id", "match"),
        ("李失败", "resident_id", "mismatch"),
        ("李超时", "resident_id", "unavailable"),
        ("李晓明", "passport", "not_supported"),
    ],
)
def test_the_registry_of_a_demo_is_predictable(name: str, kind: str, outcome: str) -> None:
    assert FixtureRegistry().verify_person(name, kind, "1").outcome == outcome
