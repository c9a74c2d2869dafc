import { useEffect, useRef, useState } from 'react';
import { words } from '../../ui/words';

const WAIT_MS = 300;

/** Searches while typing, a moment after the last key; the address keeps it. */
export function SearchBox({ hint, value, set }: { hint: string; value: string; set(value: string): void }) {
  const [text, setText] = useState(value);
  const latest = useRef(set);
  latest.current = set;
  useEffect(() => {
    if (text.trim() === value) return;
    const timer = setTimeout(() => latest.current(text.trim()), WAIT_MS);
    return () => clearTimeout(timer);
  }, [text, value]);
  return (
    <input
      className="input search"
      type="search"
      aria-label={words.admin.search}
      placeholder={hint}
      autoComplete="off"
      value={text}
      onChange={(event) => setText(event.target.value)}
    />
  );
}
