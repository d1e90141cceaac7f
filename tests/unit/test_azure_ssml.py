"""The documents that Azure's voices are sent, and what the stand-in makes of them."""

import pytest

from offhook.errors import ConfigurationError
from offhook.platform.key_check import door_of
from offhook.platform.vendors import VENDORS
from offhook.settings import Secret
from offhook.simulator.vendors.azure import MSTTS, SSML, read
from offhook.simulator.vendors.sound import SoundRefused
from offhook.speech.ports import Setup
from offhook.speech.tts import azure


def test_a_multilingual_voice_is_told_the_language() -> None:
    for voice, language, is_told in (
        ("en-US-AvaMultilingualNeural", "de-DE", True),
        ("en-US-AvaMultilingualNeural", "en-US", False),
        ("de-DE-KatjaNeural", "de-DE", False),
    ):
        document = azure.ssml(azure.Config(voice=voice), language, "Guten Tag.")
        assert f'xml:lang="{language}"' in document
        assert (f'<lang xml:lang="{language}">' in document) is is_told


@pytest.mark.parametrize(
    ("tag", "voice", "locale"),
    [
        ("de", "en-US-AvaMultilingualNeural", "de-DE"),
        ("de", "de-AT-IngridNeural", "de-AT"),
        ("de_ch", "de-DE-SeraphinaMultilingualNeural", "de-CH"),
        ("en", "en-GB-AdaMultilingualNeural", "en-GB"),
        ("en", "de-DE-SeraphinaMultilingualNeural", "en-US"),
        ("EN-us", "de-DE-SeraphinaMultilingualNeural", "en-US"),
        ("sv", "en-US-AvaMultilingualNeural", "sv-SE"),
        ("no", "en-US-AvaMultilingualNeural", "nb-NO"),
        ("zh", "en-US-AvaMultilingualNeural", "zh-CN"),
        ("sr-Latn-RS", "en-US-AvaMultilingualNeural", "sr-Latn-RS"),
    ],
)
def test_azure_is_told_a_locale(tag: str, voice: str, locale: str) -> None:
    config = azure.Config(voice=voice, style="cheerful", rate_percent=5)
    document = azure.ssml(config, tag, 'Is <sub alias="sequel">SQL</sub> one?')
    assert f'xml:lang="{locale}"><voice' in document
    assert read(document.encode()).text == "Is sequel one?", "the strict stand-in takes it"


@pytest.mark.parametrize(
    "inner",
    [
        '<prosody rate="+5%"><lang xml:lang="de-DE">a</lang></prosody>',
        '<mstts:express-as style="x"><mstts:silence type="Leading" value="1ms"/>a</mstts:express-as>',
        '<lang xml:lang="de">a</lang>',
        '<mstts:silence type="Ending" value="100ms"/>a',
        '<mstts:silence type="Tailing" value="1 second"/>a',
        "<sub alias='b'><phoneme alphabet='ipa' ph='a'>a</phoneme></sub>",
        "<voice name='en-US-AvaNeural'>a</voice>",
    ],
)
def test_the_strict_server_refuses_what_may_not_stand_there(inner: str) -> None:
    root = f'<speak version="1.0" xmlns="{SSML}" xmlns:mstts="{MSTTS}" xml:lang="en-US">'
    with pytest.raises(SoundRefused, match="400"):
        read(f'{root}<voice name="en-US-AvaMultilingualNeural">{inner}</voice></speak>'.encode())


def test_the_region_comes_from_the_block_or_the_environment() -> None:
    def known(**values: str) -> Setup:
        def key(name: str) -> str:
            if name not in values:
                raise ConfigurationError("not set", field=name)
            return values[name]

        return Setup(key=key)

    def address(config: azure.Config, setup: Setup) -> str:
        return repr(vars(azure.create(config, setup))["_client"])

    both = known(AZURE_SPEECH_KEY="k", AZURE_SPEECH_REGION="eastus2")
    assert "https://eastus2.tts.speech.microsoft.com" in address(azure.Config(), both)
    assert "https://westeurope.tts" in address(azure.Config(region="westeurope"), both)
    for region, cloud in (("usgovvirginia", "azure.us"), ("usdodeast", "azure.us"), ("chinaeast2", "azure.cn")):
        own = known(AZURE_SPEECH_KEY="k", AZURE_SPEECH_REGION=region)
        assert f"https://{region}.tts.speech.{cloud}" in address(azure.Config(), own)
        assert f"https://{region}.tts.speech.{cloud}" in address(azure.Config(region=region), both)
        assert door_of(VENDORS["azure"], Secret("k" * 32), region=region) == (azure.region_url(region), "")
    assert "https://a.example/tts" in address(azure.Config(base_url="https://a.example/tts/"), both)
    assert azure.KEYS(azure.Config()) == ("AZURE_SPEECH_KEY", "AZURE_SPEECH_REGION")
    with pytest.raises(ConfigurationError, match=r"AZURE_SPEECH_REGION.*region.*tts block"):
        azure.create(azure.Config(), known(AZURE_SPEECH_KEY="k"))
    with pytest.raises(ConfigurationError, match=r"AZURE_SPEECH_REGION.*'West Europe'|AZURE_SPEECH_REGION"):
        azure.create(azure.Config(), known(AZURE_SPEECH_KEY="k", AZURE_SPEECH_REGION="West-Europe"))
    with pytest.raises(ValueError, match="not a region such as westeurope"):
        azure.Config(region="x.example/")
