import { useEffect, useRef, useState } from 'react';
import { words } from './words';

const WAIT_MS = 300;

interface SearchBoxProps {
  hint: string;
  label?: string;
  value: string;
  set(value: string): void;
}

/** Searches while typing, a moment after the last key; the address keeps it. */
export function SearchBox({ hint, label = words.admin.search, value, set }: SearchBoxProps) {
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
      aria-label={label}
      placeholder={hint}
      autoComplete="off"
      value={text}
      onChange={(event) => setText(event.target.value)}
    />
  );
}
