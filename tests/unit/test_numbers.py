"""Whether digits are a whole number of their kind, by the rules of those who give them out."""

import pytest

from offhook.core import numbers
from offhook.core.numbers import Wholeness, country_of, country_of_line, is_country, telephone

GROWING, PERHAPS, LIKELY, WHOLE = Wholeness.GROWING, Wholeness.PERHAPS, Wholeness.LIKELY, Wholeness.WHOLE


@pytest.mark.parametrize(
    ("country", "whole"),
    [
        ("US", "5035550142"), ("US", "15035550142"), ("US", "8005551212"), ("US", "+447911123456"),
        ("US", "011442079460000"), ("US", "5551234567"), ("GB", "07700900123"), ("GB", "02079460000"),
        ("GB", "7911123456"), ("DE", "015112345678"), ("DE", "017612345678"), ("DE", "+4917612345678"),
        ("DE", "004917612345678"), ("ES", "612345678"), ("ES", "912345678"), ("FR", "0612345678"),
        ("FR", "+33612345678"), ("IT", "3331234567"), ("NL", "0612345678"), ("NL", "0201234567"),
        ("PT", "912345678"), ("BR", "11987654321"), ("BR", "011987654321"), ("CH", "0791234567"),
        ("AU", "0412345678"), ("IN", "9876543210"), ("MX", "5512345678"), ("JP", "09012345678"), ("PL", "512345678"),
    ],
)  # fmt: skip
def test_a_telephone_number_grows_until_it_is_whole(country: str, whole: str) -> None:
    assert telephone(whole, country) is WHOLE
    assert telephone(whole[:1], country) is GROWING
    assert telephone(whole[:3], country) is GROWING
    assert telephone(whole[:5], country) is GROWING
    assert telephone(whole[:-1], country) in (GROWING, LIKELY)


@pytest.mark.parametrize(
    ("country", "digits", "there"),
    [
        ("US", "5550142", GROWING),  # A local number is the rare case: an area code is asked for nearly everywhere.
        ("US", "503555014", GROWING), ("US", "50355501421", PERHAPS), ("US", "0123456789", WHOLE),
        ("US", "1503555014", GROWING), ("US", "1123456789", WHOLE), ("DE", "0301234", GROWING),
        ("DE", "03012345", GROWING), ("DE", "03012345678", LIKELY), ("DE", "01761234567", LIKELY),
        ("DE", "0176123456", GROWING), ("IT", "061234567", LIKELY), ("", "12345", GROWING), ("", "12345678", PERHAPS),
        ("", "123456789012", WHOLE), ("US", "", GROWING), ("US", "+", GROWING), ("US", "??????????", WHOLE),
        ("US", "503???", GROWING), ("US", "5" * 40, Wholeness.NONE),
    ],
)  # fmt: skip
def test_how_much_of_a_telephone_number(country: str, digits: str, there: Wholeness) -> None:
    assert telephone(digits, country) is there


@pytest.mark.parametrize(
    ("digits", "there"),
    [
        ("4111111111111111", WHOLE), ("411111111111111", GROWING), ("4111111111111112", PERHAPS),
        ("378282246310005", WHOLE), ("37828224631000", GROWING), ("30569309025904", WHOLE),
        ("5555555555554444", WHOLE), ("2223003122003222", WHOLE), ("6011111111111117", WHOLE),
        ("3530111333300000", WHOLE), ("6759649826438453", WHOLE), ("67596498264", GROWING), ("4", GROWING),
        ("41111111111111111", PERHAPS), ("????????????????", WHOLE), ("???", GROWING),
    ],
)  # fmt: skip
def test_a_card_by_its_length_and_its_check_digit(digits: str, there: Wholeness) -> None:
    assert numbers.card(digits) is there


@pytest.mark.parametrize(
    ("symbols", "country", "there"),
    [
        ("DE89370400440532013000", "US", WHOLE), ("GB29NWBK60161331926819", "GB", WHOLE),
        ("NL91ABNA0417164300", "NL", WHOLE), ("DE8937040044", "DE", GROWING), ("D", "DE", GROWING),
        ("DE89370400440532013001", "DE", PERHAPS), ("89370400440532013000", "DE", WHOLE), ("8937", "DE", GROWING),
        ("ÄÖ12", "DE", PERHAPS),
    ],
)  # fmt: skip
def test_an_iban_by_its_country_and_its_check_digits(symbols: str, country: str, there: Wholeness) -> None:
    assert numbers.iban(symbols, country) is there


@pytest.mark.parametrize(
    ("symbols", "country", "there"),
    [
        ("97201", "US", WHOLE), ("9720", "US", GROWING), ("10115", "DE", WHOLE), ("AB123CD", "GB", WHOLE),
        ("AB12", "GB", GROWING), ("M11AE", "GB", WHOLE), ("SW1A1AA", "GB", WHOLE), ("K1A0B1", "CA", WHOLE),
        ("1234AB", "NL", WHOLE), ("1234", "NL", GROWING), ("1010", "AT", WHOLE), ("01310100", "BR", WHOLE),
        ("12", "KE", PERHAPS), ("D02AF30", "IE", WHOLE),
    ],
)  # fmt: skip
def test_a_postcode_of_the_country(symbols: str, country: str, there: Wholeness) -> None:
    assert numbers.postcode(symbols, country) is there


@pytest.mark.parametrize(
    ("symbols", "country", "there"),
    [
        ("AB12CDE", "GB", WHOLE), ("AB12", "GB", GROWING), ("1234BCD", "ES", WHOLE), ("AB123CD", "FR", WHOLE),
        ("BMW123", "DE", PERHAPS), ("B", "DE", GROWING), ("7ABC123", "US", PERHAPS),
    ],
)  # fmt: skip
def test_a_plate_of_the_country(symbols: str, country: str, there: Wholeness) -> None:
    assert numbers.plate(symbols, country) is there


@pytest.mark.parametrize(
    ("digits", "there"),
    [
        ("12031985", WHOLE), ("5121985", WHOLE), ("19850312", WHOLE), ("120385", WHOLE), ("12385", WHOLE),
        ("12", GROWING), ("1203", GROWING), ("120319", GROWING), ("1203198", GROWING), ("1985", GROWING),
        ("99999", PERHAPS), ("1203198512", PERHAPS),
    ],
)  # fmt: skip
def test_a_date_of_birth_has_a_year(digits: str, there: Wholeness) -> None:
    assert numbers.birth_date(digits) is there


@pytest.mark.parametrize(
    ("digits", "there"),
    [("03", GROWING), ("0327", WHOLE), ("327", WHOLE), ("032027", WHOLE), ("0320", PERHAPS), ("12", GROWING)],
)
def test_a_card_ends_in_a_month_and_a_year(digits: str, there: Wholeness) -> None:
    assert numbers.expiry(digits) is there


@pytest.mark.parametrize(
    ("language", "chosen", "line", "country"),
    [
        ("en-US", "", "", "US"), ("en-GB", "", "", "GB"), ("en", "", "", "US"), ("de", "", "", "DE"),
        ("de-AT", "", "", "AT"), ("pt-BR", "", "", "BR"), ("zh-Hans-CN", "", "", "CN"), ("xx", "", "", ""),
        ("en-US", "", "+442079460000", "GB"), ("en-US", "AU", "+442079460000", "AU"),
        ("de-DE", "", "+15035550142", "DE"),
        ("de", "", "+43664123456", "AT"), ("en-US", "", "sip:desk@example.com", "US"), ("en-US", "", "+1", "US"),
        ("fr-FR", "BE", "", "BE"), ("en-US", "ZZ", "", "US"),
    ],
)  # fmt: skip
def test_whose_numbers_are_told(language: str, chosen: str, line: str, country: str) -> None:
    assert country_of(language, chosen, line) == country


def test_countries_that_have_telephones() -> None:
    assert is_country("US")
    assert not is_country("us")
    assert not is_country("ZZ")
    assert country_of_line("+4915112345678") == "DE"
    assert country_of_line("anonymous") == ""


@pytest.mark.parametrize(
    ("digits", "country", "there"),
    [
        ("03012345", "DE", GROWING), ("030123456", "DE", PERHAPS), ("0301234567", "DE", LIKELY),
    ],
)  # fmt: skip
def test_where_lengths_differ_a_short_number_may_be_whole(digits: str, country: str, there: Wholeness) -> None:
    assert numbers.telephone(digits, country) is there
