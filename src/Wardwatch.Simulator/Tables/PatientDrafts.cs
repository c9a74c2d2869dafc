namespace Wardwatch.Simulator.Tables;

/// <summary>The patients of one source while it is read, in the order in which they first appear.</summary>
internal sealed class PatientDrafts(string source)
{
    private readonly Dictionary<string, TableDraft> _byId = new(StringComparer.Ordinal);
    private readonly List<TableDraft> _inOrder = [];

    /// <summary>Whether any part of the source had a column that carries a vital sign.</summary>
    public bool AnyColumns { get; set; }

    public int Count => _inOrder.Count;

    /// <summary>Rows read so far, over all patients.</summary>
    public int RowsRead { get; set; }

    /// <exception cref="SimulatorException">There are too many patients.</exception>
    public TableDraft Get(string id, bool continuousPressure, string place)
    {
        if (_byId.TryGetValue(id, out var draft)) return draft;
        if (_inOrder.Count >= TableLimits.MaxPatients)
            throw SimulatorException.Input($"{place}: more than {TableLimits.MaxPatients:N0} patients.");
        if (id.Length > 128)
            throw SimulatorException.Input($"{place}: a patient's id has at most 128 characters.");

        draft = new TableDraft(id, continuousPressure);
        _byId.Add(id, draft);
        _inOrder.Add(draft);
        return draft;
    }

    /// <exception cref="SimulatorException">No row of any patient holds a vital sign.</exception>
    public TableSet Build(List<string> notes)
    {
        var tables = new List<PatientTable>(_inOrder.Count);
        foreach (var draft in _inOrder)
        {
            if (draft.Build() is { } table) tables.Add(table);
            else notes.Add($"{source}: '{draft.Id}' has no row with a vital sign and is left out");
        }

        return tables.Count > 0
            ? new TableSet(tables, notes)
            : throw SimulatorException.Input($"{source}: no readable rows. The columns are there, but no row below them holds a vital sign.");
    }
}
