import { useEffect, useRef } from 'react';
import { CopyButton } from '../../ui/forms';
import { words } from '../../ui/words';

const text = words.account.factor;

interface RecoveryCodesProps {
  codes: readonly string[];
  done(): void;
  /** Which heading comes after the one above, where it stands. */
  heading?: 'h2' | 'h3';
}

/** Shown once. The button goes on only by saying that they are kept, since nobody can ever show them again. */
export function RecoveryCodes({ codes, done, heading: Heading = 'h3' }: RecoveryCodesProps) {
  const head = useRef<HTMLHeadingElement>(null);
  useEffect(() => head.current?.focus(), []);
  return (
    <section className="recovery printable" aria-labelledby="recovery-title">
      <p className="print-head">{text.printHead}</p>
      <Heading id="recovery-title" className="recovery-title" ref={head} tabIndex={-1}>
        {text.codesTitle}
      </Heading>
      <p>{text.codesWhy}</p>
      <ol className="recovery-codes">
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ol>
      <div className="form-buttons">
        <CopyButton text={codes.join('\n')} label={text.copy} />
        <button type="button" className="button" onClick={() => window.print()}>
          {text.print}
        </button>
        <button type="button" className="button button-press" onClick={done}>
          {text.kept}
        </button>
      </div>
    </section>
  );
}
