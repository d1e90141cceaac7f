import { Trans } from "@lingui/react/macro";
import type { ReactNode } from "react";
import type { Problem } from "@/app/api";

/** Why there is no suggestion, and what helps. */
export function Why({ problem }: { problem: Problem }): ReactNode {
  switch (problem.code) {
    case "suggest.address":
      return <Trans>This is no address of a web page. It looks like www.corner-bakery.example.</Trans>;
    case "suggest.private":
      return (
        <Trans>
          This address is in a private network. Whoever runs this server can allow it, by OFFHOOK_PRIVATE_HOSTS; or copy
          the text, and use "From a few lines".
        </Trans>
      );
    case "suggest.unknown_host":
      return <Trans>There is no site of this name. Is it spelt so?</Trans>;
    case "suggest.no_answer":
      return <Trans>The site does not answer. Try again, or copy its text and use "From a few lines".</Trans>;
    case "suggest.refused":
      return (
        <Trans>
          The site does not give this page to a program. Try its first page, or copy its text and use "From a few
          lines".
        </Trans>
      );
    case "suggest.no_page":
      return <Trans>There is no web page at this address that can be read. A PDF is uploaded under Knowledge.</Trans>;
    case "suggest.too_large":
      return <Trans>The page is too large to be read. Try another one of the site, such as its contact page.</Trans>;
    case "suggest.no_words":
      return (
        <Trans>
          There are hardly any words in it: some sites draw their pages in the browser. Write a few lines more, or copy
          the text from the page.
        </Trans>
      );
    case "suggest.language":
      return (
        <Trans>
          Only English and German are understood here. Give the address of the site's English or German pages, or begin
          from scratch under Agents.
        </Trans>
      );
    default:
      if (problem.status === 0) return <Trans>The server does not answer. What you typed is kept.</Trans>;
      return problem.flaws[0]?.detail ?? problem.message;
  }
}
