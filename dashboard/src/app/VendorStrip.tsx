import { Trans, useLingui } from "@lingui/react/macro";
import { Link } from "@tanstack/react-router";
import { useCallback, useState } from "react";
import type { ProviderBody } from "@/client/types.gen";
import { When } from "@/ui/values";
import { illOf } from "./illness";
import classes from "./Shell.module.css";
import { type Told, useTopic } from "./stream";

/** Only when one of those who hear, think and speak is ill: who, since when, and who does the work meanwhile. */
export function VendorStrip() {
  const { i18n } = useLingui();
  const [ill, setIll] = useState<ProviderBody[]>([]);
  useTopic(
    "health",
    useCallback(({ data }: Told) => {
      if (data) setIll(illOf(data.providers as ProviderBody[]));
    }, []),
  );
  const names = new Intl.ListFormat(i18n.locale).format(ill.map(({ provider }) => provider));
  const first = ill[0];
  if (first === undefined) return null;
  return (
    <div className={classes.ill} role="status">
      <span>
        {ill.length === 1 ? <One provider={first} /> : <Trans>These do not work as they should: {names}.</Trans>}
      </span>
      <Link to="/system">
        <Trans>Look</Trans>
      </Link>
    </div>
  );
}

function One({ provider: { kind, provider, ill_since, taken_over_by } }: { provider: ProviderBody }) {
  const since = <When at={ill_since ?? ""} isExact />;
  return (
    <>
      <Job kind={kind} provider={provider} />{" "}
      {taken_over_by ? (
        <Trans>
          since {since}. {taken_over_by} does its work.
        </Trans>
      ) : (
        <Trans>since {since}. Nobody stands in for it: calls are answered worse, or not at all.</Trans>
      )}
    </>
  );
}

function Job({ kind, provider }: { kind: string; provider: string }) {
  if (kind === "stt") return <Trans>{provider} does not hear as it should,</Trans>;
  if (kind === "tts") return <Trans>{provider} does not speak as it should,</Trans>;
  return <Trans>{provider} does not think as it should,</Trans>;
}
