import { useEffect, useRef, useState } from "react";

/** One sound at a time; gone with the page. */
export function useSound() {
  const audio = useRef<HTMLAudioElement | null>(null);
  const address = useRef("");
  const [isPlaying, setIsPlaying] = useState(false);
  const stop = () => {
    audio.current?.pause();
    if (address.current) URL.revokeObjectURL(address.current);
    address.current = "";
    setIsPlaying(false);
  };
  useEffect(() => () => audio.current?.pause(), []);
  const play = (sound: Blob) => {
    stop();
    address.current = URL.createObjectURL(sound);
    const made = new Audio(address.current);
    audio.current = made;
    made.onended = stop;
    setIsPlaying(true);
    void made.play().catch(stop);
  };
  return { isPlaying, play, stop };
}
