import { Trans, useLingui } from "@lingui/react/macro";
import { SegmentedControl } from "@mantine/core";
import { useState } from "react";
import { useMay } from "@/app/session";
import { Talk } from "./Talk";
import classes from "./Talk.module.css";
import { Typing } from "./Typing";

interface Dock {
  agentId: string;
  /** `draft`, `published`, or a version's number. */
  which?: string;
}

/** Talk to an agent, by microphone or by typing. */
export function TalkDock({ agentId, which = "draft" }: Dock) {
  const { t } = useLingui();
  const mayTalk = useMay("calls:write");
  const mayType = useMay("agents:write");
  const [wanted, setWanted] = useState<"talk" | "type">("talk");
  if (!mayTalk && !mayType) {
    return (
      <p className={classes.doing}>
        <Trans>Your role may look, not talk. An owner can change it, under Settings, People.</Trans>
      </p>
    );
  }
  const how = mayTalk && mayType ? wanted : mayTalk ? "talk" : "type";
  return (
    <div className={classes.dock} key={`${agentId} ${which}`}>
      {mayTalk && mayType && (
        <SegmentedControl
          fullWidth
          aria-label={t`How you talk to the agent`}
          value={how}
          onChange={(value) => setWanted(value === "type" ? "type" : "talk")}
          data={[
            { value: "talk", label: t`Talk` },
            { value: "type", label: t`Type` },
          ]}
        />
      )}
      {how === "talk" ? (
        <Talk agentId={agentId} which={which} mayAsk={mayType} />
      ) : (
        <Typing agentId={agentId} which={which} />
      )}
    </div>
  );
}
