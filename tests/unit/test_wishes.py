"""What is one wish: the same arguments, however a model writes them."""

import pytest

from offhook.core.wishes import canonical_arguments

SAME = [
    [
        '{"a": 1, "b": null}',
        '{"a": 1.0}',
        '{"a":1e0}',
        '{"a": "1"}',
        '"{\\"a\\": 1}"',
        '{"b": null, "a": 1}',
        '{"a":" 1 "}',
    ],
    ['{"n": 12.5}', '{"n": 12.50}', '{"n": "12.5"}', '{"n": 125e-1}'],
    ['{"d": {"x": null, "y": [1.0, 2]}}', '{"d": {"y": [1, 2.0]}}'],
    ["{}", "", "null", "  ", '{"a": null}', '{"a": ""}'],
    ['{"x": true}', '{"x": "true"}'],
    ['{"x": 0}', '{"x": -0.0}', '{"x": 0e5}'],
    ['{"t": "two  rooms"}', '{"t": " two rooms"}'],
    ['{"big": 10000000000000000000000}', '{"big": 1e22}'],
]
OTHERS = [
    '{"a": 1}', '{"a": 2}', '{"a": "01"}', '{"a": "1.0"}', '{"a": "1.10"}', '{"a": 12345678901234567890123}',
    '{"a": 12345678901234567890124}', '{"a": [1, null]}', '{"a": [1]}', '{"a": 1e999999999999}', '{"a": true}',
    '{"a": 0.1234567890123456789}', '{"a": 0.1234567890123456788}', "[", "[]", '{"a": NaN}', '{"a": "x"}', '{"b": 1}',
    '{"a": {"b": 1}}', '{"a": {}}', '{"a": "+1"}', '{"a": -1}', '{"a": "one"}', '{"a": false}',
]  # fmt: skip


@pytest.mark.parametrize("texts", SAME)
def test_one_wish(texts: list[str]) -> None:
    assert len({canonical_arguments(text) for text in texts}) == 1


def test_other_wishes() -> None:
    assert len({canonical_arguments(text) for text in OTHERS}) == len(OTHERS)


@pytest.mark.parametrize(
    "text", ["[" * 100_000, '{"a": 1e99999999999999999999999}', '{"a": ' + "9" * 16_000 + "}", '"\ud800"']
)
def test_anything_has_a_name(text: str) -> None:
    assert canonical_arguments(text)
