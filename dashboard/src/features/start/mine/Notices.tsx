import { Trans } from "@lingui/react/macro";
import type { ReactNode } from "react";
import type { PageRead, SuggestionNotice } from "@/client/types.gen";
import { type Draft, placeOf } from "./draft";
import { Source } from "./Lines";
import classes from "./Mine.module.css";

/** What its owner should know, and what was read. */
export function Notices({ draft }: { draft: Draft }) {
  const { notices, pages, words_by } = draft.suggestion;
  return (
    <>
      {notices.length > 0 && (
        <ul className={classes.notices}>
          {notices.map((notice) => (
            <li key={`${notice.code} ${notice.detail}`}>
              <p>
                <Told notice={notice} />
              </p>
              {notice.sources?.map((source) => (
                <Source key={`${source.page} ${source.text}`} source={source} />
              ))}
            </li>
          ))}
        </ul>
      )}
      <Pages pages={pages} wordsBy={words_by} />
    </>
  );
}

function Told({ notice }: { notice: SuggestionNotice }): ReactNode {
  switch (notice.code) {
    case "hours.differ":
      return <Trans>Your pages say different things of the opening hours. Which is right?</Trans>;
    case "hours.several":
      return <Trans>There are opening hours of several places or times. They stand as they were found.</Trans>;
    case "language.other":
      return <Trans>The pages are in another language than this one, and so is the agent.</Trans>;
    default:
      return notice.detail;
  }
}

function Pages({ pages, wordsBy }: { pages: PageRead[]; wordsBy: string }) {
  if (pages.length === 0) return null;
  const read = pages.filter(({ problem }) => !problem);
  return (
    <details className={classes.notices}>
      <summary>
        <Trans>What was read</Trans>
      </summary>
      <ul className={classes.pages}>
        {read.map(({ url }) => (
          <li key={url}>{placeOf(url)}</li>
        ))}
        {pages
          .filter(({ problem }) => problem)
          .map(({ url, problem }) => (
            <li key={url}>
              {placeOf(url)}: {problem}
            </li>
          ))}
        {wordsBy && (
          <li>
            <Trans>put into words by {wordsBy}</Trans>
          </li>
        )}
      </ul>
    </details>
  );
}
