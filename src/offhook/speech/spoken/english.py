"""English."""

from offhook.speech.spoken.english_names import abbreviation, stop_ends
from offhook.speech.spoken.english_rules import DIGIT_RULES, RULES, WORD_RULES, common, plain
from offhook.speech.spoken.language import Language, RuleLanguage


def create(region: str = "") -> Language:
    """English as it is spoken in a region; all of it in words, without a digit."""
    return RuleLanguage(RULES, abbreviation, plain, stop_ends, region, WORD_RULES, DIGIT_RULES, common)
