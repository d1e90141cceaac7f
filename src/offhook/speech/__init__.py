"""Hearing, thinking and speaking behind three ports; a provider is one file under `stt`, `llm` or `tts`."""
