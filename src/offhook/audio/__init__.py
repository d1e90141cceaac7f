"""Sound as numbers: frames, G.711, sample rates, talk spurts, the end-of-turn model, the recording. Pure."""
