interface OpenOrAllProps {
  label: string;
  open: string;
  all: string;
  isAll: boolean;
  /** Empty for the open ones, which is what the address without filter shows. */
  choose(show: '' | 'all'): void;
}

export function OpenOrAll({ label, open, all, isAll, choose }: OpenOrAllProps) {
  return (
    <fieldset className="segment">
      <legend className="hidden-words">{label}</legend>
      <button type="button" aria-pressed={!isAll} onClick={() => choose('')}>
        {open}
      </button>
      <button type="button" aria-pressed={isAll} onClick={() => choose('all')}>
        {all}
      </button>
    </fieldset>
  );
}
