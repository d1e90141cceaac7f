import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";

/** What a vendor does in a call. */
export type Job = "hears" | "thinks" | "speaks";

export interface Vendor {
  id: string;
  name: string;
  jobs: Job[];
  /** Where its keys are made. */
  page: string;
  hasRegion?: true;
}

/** The vendors whose keys the vault knows, the usual ones first. */
export const VENDORS: Vendor[] = [
  { id: "deepgram", name: "Deepgram", jobs: ["hears", "speaks"], page: "https://console.deepgram.com" },
  { id: "openai", name: "OpenAI", jobs: ["thinks", "speaks"], page: "https://platform.openai.com/api-keys" },
  { id: "elevenlabs", name: "ElevenLabs", jobs: ["speaks"], page: "https://elevenlabs.io/app/settings/api-keys" },
  { id: "cartesia", name: "Cartesia", jobs: ["speaks"], page: "https://play.cartesia.ai/keys" },
  { id: "anthropic", name: "Anthropic", jobs: ["thinks"], page: "https://platform.claude.com/settings/keys" },
  { id: "azure", name: "Azure Speech", jobs: ["speaks"], page: "https://portal.azure.com", hasRegion: true },
  { id: "azure_openai", name: "Azure OpenAI", jobs: ["thinks"], page: "https://ai.azure.com" },
  { id: "groq", name: "Groq", jobs: ["thinks"], page: "https://console.groq.com/keys" },
  { id: "mistral", name: "Mistral", jobs: ["thinks"], page: "https://console.mistral.ai/api-keys" },
  { id: "gemini", name: "Gemini", jobs: ["thinks"], page: "https://aistudio.google.com/apikey" },
  { id: "xai", name: "xAI", jobs: ["thinks"], page: "https://console.x.ai" },
  { id: "together", name: "Together", jobs: ["thinks"], page: "https://api.together.ai/settings/api-keys" },
  { id: "openrouter", name: "OpenRouter", jobs: ["thinks"], page: "https://openrouter.ai/settings/keys" },
  { id: "deepseek", name: "DeepSeek", jobs: ["thinks"], page: "https://platform.deepseek.com/api_keys" },
  { id: "cerebras", name: "Cerebras", jobs: ["thinks"], page: "https://cloud.cerebras.ai" },
  { id: "fireworks", name: "Fireworks", jobs: ["thinks"], page: "https://fireworks.ai/account/api-keys" },
];

export const JOBS: Record<Job, MessageDescriptor> = {
  hears: msg`hears the caller`,
  thinks: msg`thinks of the answer`,
  speaks: msg`speaks the answer`,
};
