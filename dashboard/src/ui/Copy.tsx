import { Trans, useLingui } from "@lingui/react/macro";
import { ActionIcon, CopyButton, Tooltip } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";
import classes from "./Copy.module.css";

/** Something to be carried elsewhere: an id, an address, lines of code. */
export function Copy({ text, isLong = false }: { text: string; isLong?: boolean }) {
  const { t } = useLingui();
  return (
    <span className={isLong ? classes.block : classes.line}>
      <code>{text}</code>
      <CopyButton value={text} timeout={1500}>
        {({ copied, copy }) => (
          <Tooltip label={copied ? t`Copied` : t`Copy`}>
            <ActionIcon variant="subtle" size="sm" onClick={copy} aria-label={copied ? t`Copied` : t`Copy`}>
              {copied ? <IconCheck size={15} /> : <IconCopy size={15} />}
            </ActionIcon>
          </Tooltip>
        )}
      </CopyButton>
    </span>
  );
}

/** A secret that is shown this once. */
export function Once({ secret }: { secret: string }) {
  return (
    <div className={classes.once}>
      <p>
        <Trans>Copy it now. It is shown this once, and kept here only as a fingerprint.</Trans>
      </p>
      <Copy text={secret} isLong />
    </div>
  );
}
