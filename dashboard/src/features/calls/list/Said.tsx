import { Plural } from "@lingui/react/macro";
import type { ListedCall } from "@/client";
import classes from "./Calls.module.css";
import { toneOf } from "./endings";
import type { Filters } from "./search";

/** What the list says, before one reads it. Its place is kept while it is made. */
export function Said({
  list,
  calls,
  filters,
}: {
  list: { isSuccess: boolean; hasNextPage: boolean };
  calls: ListedCall[];
  filters: Filters;
}) {
  const live = calls.filter(({ status }) => status === "in_progress" || status === "transferring").length;
  const wanting = calls.filter(wantsLook).length;
  const count = calls.length;
  return (
    <p className={classes.said} role="status">
      {list.isSuccess && count > 0 && (
        <>
          {live > 0 && (
            <>
              <Plural value={live} one="# call is being held now." other="# calls are being held now." />{" "}
            </>
          )}
          {list.hasNextPage ? (
            <Plural value={count} one="The newest call." other="The newest # calls." />
          ) : filters.q ? (
            <Plural value={count} one="It was said in # call." other="It was said in # calls." />
          ) : (
            <Plural value={count} one="# call." other="# calls." />
          )}{" "}
          {wanting > 0 && <Plural value={wanting} one="One wants to be looked at." other="# want to be looked at." />}
        </>
      )}
    </p>
  );
}

/** Something is owed in it, or something went wrong. */
export function wantsLook(call: ListedCall): boolean {
  const owed = (call.unkept ?? 0) + (call.unanswered ?? 0) + (call.failed_tools ?? 0) + call.warnings.length;
  return owed > 0 || toneOf(call.end_reason) === "bad";
}
