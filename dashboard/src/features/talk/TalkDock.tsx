import { Trans, useLingui } from "@lingui/react/macro";
import { SegmentedControl } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useMay } from "@/app/session";
import { getAgentOptions } from "@/client/@tanstack/react-query.gen";
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
  const [wanted, setWanted] = useState<"talk" | "type" | null>(null);
  const isMute = useIsMute(agentId);
  if (!mayTalk && !mayType) {
    return (
      <p className={classes.doing}>
        <Trans>Your role may look, not talk. An owner can change it, under Settings, People.</Trans>
      </p>
    );
  }
  const how = mayTalk && mayType ? (wanted ?? (isMute ? "type" : "talk")) : mayTalk ? "talk" : "type";
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
      {isMute && (
        <p className={classes.doing}>
          <Trans>
            The voice of this server speaks English alone: type here, or choose a vendor's voice in the agent's section
            Voice.
          </Trans>
        </p>
      )}
      {how === "talk" ? (
        <Talk agentId={agentId} which={which} mayAsk={mayType} />
      ) : (
        <Typing agentId={agentId} which={which} />
      )}
    </div>
  );
}

/** The server's own voice cannot say what this agent says. */
function useIsMute(agentId: string): boolean {
  const agent = useQuery(getAgentOptions({ path: { agent_id: agentId } }));
  const draft = (agent.data?.draft ?? {}) as { language?: string; tts?: { provider?: string } };
  const isOwnVoice = draft.tts?.provider === undefined || draft.tts.provider === "local";
  return isOwnVoice && draft.language !== undefined && !/^en(-|$)/i.test(draft.language);
}
