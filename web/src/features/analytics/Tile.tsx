/** A figure with its name, and what must be known of it. */
export function Tile({
  label,
  value,
  note = '',
  help = '',
}: {
  label: string;
  value: string;
  note?: string;
  help?: string;
}) {
  return (
    <div className="figure-tile">
      <dt>{label}</dt>
      <dd className="figure-value">{value}</dd>
      {note && <dd className="figure-note">{note}</dd>}
      {help && <dd className="figure-help">{help}</dd>}
    </div>
  );
}
