import { Trans } from "@lingui/react/macro";
import { Anchor } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { listPhoneNumbersOptions } from "@/client/@tanstack/react-query.gen";
import { Loading } from "@/ui/States";
import classes from "./Start.module.css";

/** Take a telephone, and call it: the page sees it. */
export function CallStep() {
  const numbers = useQuery(listPhoneNumbersOptions({ query: { limit: 50 } }));
  if (numbers.isPending) return <Loading rows={1} height={64} />;
  const answered = numbers.data?.data.find(({ agent_id, split }) => agent_id !== null || split !== null);
  if (answered === undefined) {
    return (
      <p>
        <Trans>As soon as a number is connected and an agent answers it, it stands here.</Trans>
      </p>
    );
  }
  return (
    <>
      <Anchor href={`tel:${answered.number}`} className={classes.number}>
        {answered.number}
      </Anchor>
      <p>
        <Trans>
          Call it from your own telephone. This page sees the call as soon as it rings, and <Link to="/live">Live</Link>{" "}
          shows the words as they fall.
        </Trans>
      </p>
    </>
  );
}
