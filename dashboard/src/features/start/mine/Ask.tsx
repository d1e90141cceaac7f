import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Checkbox, Loader, SegmentedControl, Textarea, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { problemOf } from "@/app/api";
import { listProviderKeysOptions } from "@/client/@tanstack/react-query.gen";
import { Card } from "@/ui/Page";
import { type Asked, placeOf, seemsAddress } from "./draft";
import classes from "./Mine.module.css";
import { Why } from "./Why";

interface Given {
  asked: Asked;
  change: (asked: Asked) => void;
  isReading: boolean;
  error: unknown;
  send: (byModel: boolean) => void;
  stop: () => void;
}

/** What it is made from. */
export function Ask({ asked, change, isReading, error, send, stop }: Given) {
  const { t } = useLingui();
  const [byModel, setByModel] = useState(false);
  const isUrl = asked.how === "url";
  const isEnough = isUrl ? seemsAddress(asked.url) : asked.text.trim().length > 0;
  const problem = error ? problemOf(error) : null;
  return (
    <Card className={classes.ask}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (isEnough && !isReading) send(byModel);
        }}
      >
        <SegmentedControl
          aria-label={t`What it is made from`}
          value={asked.how}
          disabled={isReading}
          onChange={(how) => change({ ...asked, how: how === "text" ? "text" : "url" })}
          data={[
            { value: "url", label: t`From your website` },
            { value: "text", label: t`From a few lines` },
          ]}
        />
        {isUrl ? (
          <TextInput
            label={t`Its address`}
            description={t`The first page, and a handful that it leads to: contact, hours, prices, questions.`}
            placeholder="www.corner-bakery.example"
            inputMode="url"
            autoComplete="url"
            autoCapitalize="none"
            spellCheck={false}
            size="md"
            maxLength={2000}
            value={asked.url}
            readOnly={isReading}
            onChange={(event) => change({ ...asked, url: event.currentTarget.value })}
            error={problem && <Why problem={problem} />}
          />
        ) : (
          <Textarea
            label={t`About your business`}
            description={t`As you would write it to a new colleague: name, address, when you are open, what things cost, what callers ask.`}
            placeholder={t`Corner Bakery, 12 Mill Lane, Portland. Open Monday to Friday 7am to 6pm, Saturday 8am to 1pm. Cakes are ordered two days ahead.`}
            autosize
            minRows={7}
            maxRows={20}
            maxLength={20000}
            value={asked.text}
            readOnly={isReading}
            onChange={(event) => change({ ...asked, text: event.currentTarget.value })}
            error={problem && <Why problem={problem} />}
          />
        )}
        <ByModel isOn={byModel} set={setByModel} isDisabled={isReading} />
        <div className={classes.send}>
          {isReading ? (
            <>
              <span role="status" className={classes.reading}>
                <Loader size={18} />
                {isUrl ? (
                  <Trans>Reading {placeOf(asked.url.trim())}: half a minute at most.</Trans>
                ) : (
                  <Trans>Reading your lines…</Trans>
                )}
              </span>
              <Button variant="default" onClick={stop}>
                <Trans>Stop</Trans>
              </Button>
            </>
          ) : (
            <Button type="submit" disabled={!isEnough}>
              {isUrl ? <Trans>Read it</Trans> : <Trans>Make an agent of it</Trans>}
            </Button>
          )}
        </div>
      </form>
    </Card>
  );
}

/** Only where there is a key for it. */
function ByModel({ isOn, set, isDisabled }: { isOn: boolean; set: (isOn: boolean) => void; isDisabled: boolean }) {
  const { t } = useLingui();
  const keys = useQuery(listProviderKeysOptions());
  const held = keys.data?.data.map(({ provider }) => provider) ?? [];
  const name = held.includes("openai") ? "OpenAI" : held.includes("anthropic") ? "Anthropic" : null;
  if (name === null) return null;
  return (
    <Checkbox
      label={t`Let ${name} put it into words for the telephone`}
      description={t`A few cents, by your key. What it adds to what stands there is taken out again.`}
      checked={isOn}
      disabled={isDisabled}
      onChange={(event) => set(event.currentTarget.checked)}
    />
  );
}
