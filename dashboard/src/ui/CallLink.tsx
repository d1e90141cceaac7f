import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";

interface Way {
  id: string;
  /** A moment on the call's clock. */
  atMs?: number;
  className?: string;
  children: ReactNode;
}

/** To the page of a call, at a moment of it. */
export function CallLink({ id, atMs, className, children }: Way) {
  const to: string = `/calls/${id}`;
  // A breath before it: what is heard first is how it came to that.
  const search = atMs === undefined ? {} : { at: Math.max(0, Math.round(atMs / 100) / 10 - 1) };
  return (
    <Link to={to} search={search} className={className}>
      {children}
    </Link>
  );
}
