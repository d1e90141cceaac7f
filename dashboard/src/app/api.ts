import type { CreateClientConfig } from "@/client/client.gen";
import { said } from "./said";

/** How the generated client reaches the API: the same origin, with the session's cookie. */
export const createClientConfig: CreateClientConfig = (config) => ({
  ...config,
  baseUrl: "/v1",
  credentials: "same-origin",
  throwOnError: true,
});

export interface Flaw {
  pointer: string;
  detail: string;
  code?: string;
}

/** What the API answered in place of what was asked for (RFC 9457). `status` 0: no answer came at all. */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly whatToDo: string;
  readonly flaws: Flaw[];
  readonly requestId: string;

  constructor(status: number, body: Record<string, unknown>) {
    super(said(String(body.detail ?? body.title ?? "")));
    this.name = "Problem";
    this.status = status;
    this.code = String(body.code ?? "");
    const flaws = Array.isArray(body.errors) ? (body.errors as Flaw[]) : [];
    this.flaws = flaws.map((flaw) => ({ ...flaw, detail: said(flaw.detail) }));
    // With flaws it is a sentence for programs: a person sees each flaw at its field.
    this.whatToDo = flaws.length > 0 ? "" : said(String(body.what_to_do ?? ""));
    this.requestId = String(body.request_id ?? "");
  }

  /** What is wrong with the field of this JSON pointer, or with something inside of it. */
  at(pointer: string): string | undefined {
    return this.flaws.find((flaw) => flaw.pointer === pointer || flaw.pointer.startsWith(`${pointer}/`))?.detail;
  }
}

/** Whatever was thrown, as a problem. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  return new Problem(0, { detail: error instanceof Error ? error.message : String(error), code: "unreachable" });
}

/** For the generated client: what it throws becomes a `Problem`. */
export function asProblem(error: unknown, response: Response | undefined): Problem {
  if (error instanceof Problem) return error;
  if (response === undefined) return new Problem(0, { code: "unreachable" });
  const body = typeof error === "object" && error !== null ? (error as Record<string, unknown>) : {};
  return new Problem(response.status, body);
}
