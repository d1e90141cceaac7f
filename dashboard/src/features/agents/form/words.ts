import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";

interface Words {
  label: MessageDescriptor;
  help?: MessageDescriptor;
}

/** What fields are called here, by their place in the schema: plainer than the schema's own, and in each language.
    A field that does not stand here is shown with what the schema says. */
const WORDS: Record<string, Words> = {
  name: { label: msg`Name`, help: msg`What you call it here. Callers never hear it.` },
  language: { label: msg`Language`, help: msg`What it speaks and understands.` },
  country: { label: msg`Country`, help: msg`Whose telephone numbers and postcodes callers tell.` },
  timezone: { label: msg`Time zone`, help: msg`Where the business is: for "today" and "tomorrow".` },
  prompt: { label: msg`What it is to do`, help: msg`Who it is, what it does, what it never does. In your own words.` },
  opening: { label: msg`Opening` },
  "opening.mode": { label: msg`Who speaks first` },
  "opening.text": { label: msg`First sentence`, help: msg`The very first words that a caller hears.` },
  vocabulary: {
    label: msg`Names and terms to expect`,
    help: msg`Words that are easily misheard: your name, products.`,
  },
  lexicon: { label: msg`Say it so`, help: msg`How a word is to be spoken: as it is written, and as it sounds.` },
  knowledge_prompt_chars: {
    label: msg`Told with every reply`,
    help: msg`How much of the knowledge the model always has before it; of the rest, what fits is looked up.`,
  },
  stt: { label: msg`Hearing` },
  llm: { label: msg`Thinking` },
  tts: { label: msg`Voice` },
  "stt.model": { label: msg`Model` },
  "llm.model": { label: msg`Model` },
  "tts.model": { label: msg`Model` },
  "tts.voice": { label: msg`Voice` },
  "tts.speed": { label: msg`Pace`, help: msg`1 is the voice's own pace.` },
  "tts.instructions": { label: msg`How to speak`, help: msg`In words: warm, brisk, like a hotel's reception.` },
  "tts.region": { label: msg`Region` },
  "tts.rate_percent": { label: msg`Pace`, help: msg`Slower below 0, faster above.` },
  "turn_taking.protect_opening": {
    label: msg`The first sentence is always said to its end`,
    help: msg`Whatever the caller says meanwhile: for a notice that the law asks for.`,
  },
  "turn_taking.max_call_s": { label: msg`Longest call` },
  "turn_taking.filler_s": {
    label: msg`"One moment" after`,
    help: msg`When a reply or a tool takes longer, the agent says so.`,
  },
  "turn_taking.hold_s": { label: msg`Patience after "hold on"`, help: msg`Silence until it asks whether one is back.` },
  "records.recording": { label: msg`The sound` },
  "records.transcript": { label: msg`The words` },
  "records.keys": { label: msg`Keys pressed` },
  "records.keep_days": { label: msg`Kept for`, help: msg`Then a call is deleted. Empty: as long as the server keeps.` },
  "limits.call_minutes": { label: msg`Longest call`, help: msg`Then it says so and hangs up.` },
  "limits.concurrent_calls": { label: msg`Calls at once` },
  "limits.calls_a_day": { label: msg`Calls a day` },
  "limits.dollars_a_day": { label: msg`Money a day`, help: msg`In US dollars, by the price book.` },
  "limits.dollars_a_month": { label: msg`Money a month`, help: msg`In US dollars, by the price book.` },
  "limits.overflow_number": {
    label: msg`Where callers go then`,
    help: msg`A number that takes the caller when a limit is reached. Empty: a sentence is said.`,
  },
  "limits.sentence": { label: msg`What they hear then` },
  "outbound.ring_s": { label: msg`Let it ring for` },
  "outbound.machine_detection": {
    label: msg`Listen whether a machine answered`,
    help: msg`The carrier does it, at its own price; the greeting waits for it.`,
  },
  "outbound.machine_message": {
    label: msg`Message for an answering machine`,
    help: msg`Said after the beep. Empty: it hangs up.`,
  },
  "phrases.idle": { label: msg`When the caller is silent` },
  "phrases.goodbye": { label: msg`Before it hangs up` },
  "phrases.idle_goodbye": { label: msg`When the caller stays silent` },
  "phrases.filler": { label: msg`While something takes long` },
  "phrases.apology": { label: msg`When a reply failed` },
  "phrases.repeat": { label: msg`When nothing was understood` },
  "phrases.transfer": { label: msg`Before a transfer` },
  "phrases.transfer_failed": { label: msg`When nobody answered there` },
  variables: { label: msg`Variables`, help: msg`Every call has those of its number, its day and its time.` },
  "variables.*.type": { label: msg`Kind` },
  "variables.*.description": { label: msg`What it is` },
  "variables.*.default": { label: msg`When nobody gives it` },
  "variables.*.choices": { label: msg`Values to choose from` },
  "pre_call.url": { label: msg`Address`, help: msg`Asked while it rings, two seconds at most.` },
  "pre_call.secret": { label: msg`Signed with`, help: msg`A key by its name, in the form $'{NAME}'.` },
  "tools.name": { label: msg`Name`, help: msg`In lower case, without spaces: order_status.` },
  "tools.description": {
    label: msg`What it does, and when to use it`,
    help: msg`For the model: the more exact the better.`,
  },
  "tools.url": { label: msg`Address` },
  "tools.method": { label: msg`Method` },
  "tools.headers": {
    label: msg`Headers`,
    help: msg`Keys never stand here: write $'{NAME}', and keep it under Keys.`,
  },
  "tools.parameters": { label: msg`What it needs to know`, help: msg`The agent asks the caller for what is missing.` },
  "tools.has_effects": { label: msg`It changes something`, help: msg`Off: it only looks something up.` },
  "tools.confirm": { label: msg`Read it back first`, help: msg`It runs after the caller has heard it and agreed.` },
  "tools.fields": { label: msg`What is asked for`, help: msg`In this order: name, phone, message, room_number.` },
  "tools.max_party": { label: msg`Largest party` },
  "tools.most_per_call": { label: msg`So often in a call` },
  "tools.max_digits": { label: msg`Most keys at once` },
  "tools.secret": { label: msg`Secret keys`, help: msg`A PIN reaches tools alone: not the model, not the records.` },
  "tools.only": { label: msg`Only these of its tools` },
  "tools.destinations": { label: msg`Where to` },
  "tools.destinations.name": { label: msg`Called` },
  "tools.destinations.number": { label: msg`Number` },
  "tools.destinations.when": { label: msg`When` },
  "tools.destinations.say": { label: msg`Said before` },
  "tools.agents": { label: msg`To whom` },
  "tools.agents.name": { label: msg`Called` },
  "tools.agents.agent": { label: msg`Agent` },
  "tools.agents.when": { label: msg`When` },
};

export function wordsOf(place: string): Words | undefined {
  return WORDS[place];
}

const CHOICES: Record<string, MessageDescriptor> = {
  "opening.mode=fixed": msg`The agent, with this sentence`,
  "opening.mode=generated": msg`The agent, in its own words`,
  "opening.mode=wait": msg`The caller`,
  "records.recording=on": msg`Both sides are recorded`,
  "records.recording=masked": msg`Only the agent's side`,
  "records.recording=off": msg`Nothing is recorded`,
  "records.transcript=on": msg`Written down`,
  "records.transcript=masked": msg`Only how many words`,
  "records.transcript=off": msg`Not written down`,
  "records.keys=on": msg`Written down`,
  "records.keys=masked": msg`Only how many`,
  "records.keys=off": msg`Not written down`,
  "records.tool_arguments=on": msg`Written down`,
  "records.tool_arguments=masked": msg`Only the names of the fields`,
  "records.tool_arguments=off": msg`Not written down`,
  "variables.*.type=text": msg`Text`,
  "variables.*.type=number": msg`Number`,
  "variables.*.type=choice": msg`One of several`,
  "variables.*.type=date": msg`Day`,
  "variables.*.type=yes_no": msg`Yes or no`,
  "tools.secret=never": msg`Never`,
  "tools.secret=allowed": msg`When the agent says so`,
  "tools.secret=always": msg`All keys`,
};

/** What a value of a choice is called; undefined: as it is. */
export function choiceOf(place: string, value: string): MessageDescriptor | undefined {
  return CHOICES[`${place}=${value}`];
}

/** Vendors' names are names, in every language. */
const VENDORS: Record<string, string> = {
  anthropic: "Anthropic",
  azure: "Azure",
  cartesia: "Cartesia",
  deepgram: "Deepgram",
  elevenlabs: "ElevenLabs",
  openai: "OpenAI",
};
const OWN: Record<string, MessageDescriptor> = {
  grounded: msg`Offhook's own, from your facts alone`,
  local: msg`On this server, no key needed`,
  scripted: msg`Scripted, for tests`,
};

export function providerOf(tag: string): string | MessageDescriptor {
  return VENDORS[tag] ?? OWN[tag] ?? tag;
}
