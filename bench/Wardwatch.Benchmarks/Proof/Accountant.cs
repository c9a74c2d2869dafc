namespace Wardwatch.Benchmarks.Proof;

/// <summary>Compares the books of devices with the database, row by row.</summary>
internal static class Accountant
{
    /// <summary>Takes stock of an installation whose server runs. The devices must have ended.</summary>
    /// <param name="data">The data folder.</param>
    /// <param name="devices">The devices; rows of others are not looked at.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<Account> TakeAsync(string data, IReadOnlyList<ProofDevice> devices, CancellationToken cancellation)
    {
        var books = devices.SelectMany(device => device.Boots.Select(boot => new Book(boot, device.Credentials.PatientId, device.Credentials.Device)))
            .ToDictionary(book => (book.Device, book.Boot.Boot));
        var names = devices.Select(device => device.Credentials.Device).ToHashSet(StringComparer.Ordinal);
        long stored = 0, foreign = 0, wrong = 0;
        await using (var records = await StoredRecords.OpenAsync(data, cancellation))
        {
            await foreach (var row in records.AllAsync(cancellation))
            {
                if (!names.Contains(row.Device)) continue;
                if (!books.TryGetValue((row.Device, row.Key.BootId), out var book) || row.Key.Counter - 1 >= (ulong)book.Boot.Count)
                {
                    (stored, foreign) = (stored + 1, foreign + 1);
                    continue;
                }

                if (book.Rows[row.Key.Counter - 1]++ == 0) stored++;
                if (!IsAsSent(row, book)) wrong++;
            }
        }

        return Sum(books.Values, devices) with { Stored = stored, Foreign = foreign, Wrong = wrong };
    }

    private static bool IsAsSent(in StoredRow row, Book book) =>
        row.IsOpen && row.Patient == book.Patient && row.Key.MeasuredAt == book.Boot.TimeOf(row.Key.Counter) && SentVitals.AreIn(row.Content, row.Key.BootId, row.Key.Counter);

    private static Account Sum(IEnumerable<Book> books, IReadOnlyList<ProofDevice> devices)
    {
        long attempted = 0, acknowledged = 0, refused = 0, lost = 0, doubled = 0, unknownStored = 0;
        foreach (var book in books)
        {
            for (var counter = 1UL; counter <= (ulong)book.Boot.Count; counter++)
            {
                var (state, rows) = (book.Boot.StateOf(counter), book.Rows[counter - 1]);
                attempted++;
                if (state == ReadingState.Acknowledged) acknowledged++;
                if (state == ReadingState.Refused) refused++;
                if (state == ReadingState.Acknowledged && rows == 0) lost++;
                if (state == ReadingState.Sent && rows > 0) unknownStored++;
                if (rows > 1) doubled++;
            }
        }

        return new Account(attempted, acknowledged, refused, Stored: 0, lost, doubled, Wrong: 0, Foreign: 0,
            attempted - acknowledged - refused, unknownStored, devices.Sum(device => (long)device.OutOfOrder));
    }

    /// <summary>A boot's ledger, and how many rows each of its readings has.</summary>
    private sealed record Book(BootLedger Boot, string Patient, string Device)
    {
        public byte[] Rows { get; } = new byte[Boot.Count];
    }
}
