import { Trans } from "@lingui/react/macro";
import { Link } from "@tanstack/react-router";
import type { Call } from "@/client/types.gen";
import { gap } from "@/ui/values";
import { gapsOf, NOTHING, type SaidItem, type Story } from "../talk/story";
import classes from "./Live.module.css";
import { useStory } from "./stories";
import { Caller, Running, Status } from "./words";

interface Card {
  call: Call;
  agent: string;
  isOpen: boolean;
  isFollowed: boolean;
}

/** One call of the list: who, how long, how quick, and the last that was said. */
export function LiveCard(card: Card) {
  return card.isFollowed ? <Followed {...card} /> : <Shown {...card} story={NOTHING} />;
}

function Followed(card: Card) {
  return <Shown {...card} story={useStory(card.call.id)} />;
}

function Shown({ call, agent, isOpen, story }: Card & { story: Story }) {
  const gaps = gapsOf(story);
  const said = story.items.filter((item): item is SaidItem => item.kind === "said").slice(-2);
  return (
    <li>
      <Link
        to="/live/$callId"
        params={{ callId: call.id }}
        className={classes.card}
        aria-current={isOpen || undefined}
        data-on={isOpen || undefined}
      >
        <span className={classes.cardHead}>
          <b>
            <Caller call={call} />
          </b>
          <Running since={call.answered_at ?? call.started_at} />
        </span>
        <span className={classes.soft}>
          {agent}
          {agent && gaps && " · "}
          {gaps && <Trans>gap {gap(gaps.middle)}</Trans>}
          {call.status !== "in_progress" && (
            <>
              {" "}
              · <Status call={call} />
            </>
          )}
        </span>
        {said.map((item) => (
          <span key={item.key} className={classes.last} data-who={item.who}>
            {item.text}
          </span>
        ))}
      </Link>
    </li>
  );
}
