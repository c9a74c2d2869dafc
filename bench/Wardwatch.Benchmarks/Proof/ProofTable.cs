using Spectre.Console;
using Wardwatch.Benchmarks.Proof.Faults;
using Wardwatch.Benchmarks.Proof.Order;

namespace Wardwatch.Benchmarks.Proof;

/// <summary>The one table of <c>prove</c>.</summary>
internal static class ProofTable
{
    /// <summary>Lays a result out.</summary>
    public static Table Create(ProofResult result)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumn($"Seed {result.Seed}").AddColumn(result.IsClean ? "[green]holds[/]" : "[red]DOES NOT HOLD[/]");
        void Row(string name, string value) => table.AddRow(Markup.Escape(name), Markup.Escape(value));
        if (result.Kills is { } kills) Add(kills, Row);
        if (result.Order is { } order) Row("Log on disk before PUBACK", Told(order));
        foreach (var control in result.Controls ?? []) Row($"Control: {control.Planted}", $"{(control.IsFound ? "found" : "NOT FOUND")} ({control.Found})");
        foreach (var faults in result.Faults ?? [])
        {
            foreach (var fault in faults.Faults) Row($"Fault: {fault.Fault}", FaultRun.Told(fault));
            Row("  acknowledged / lost / doubled / wrong over these", $"{faults.Account.Acknowledged:N0} / {faults.Account.Lost:N0} / {faults.Account.Doubled:N0} / {faults.Account.Wrong:N0}");
        }

        return table;
    }

    /// <summary>The check of the order in words.</summary>
    public static string Told(OrderResult order) => order switch
    {
        { Skipped: { } why } => $"skipped: {why}",
        { Trace: { } trace } => $"{trace.InOrder:N0} of {order.Messages:N0} PUBACKs were sent after the log's fdatasync had returned ({trace.Sends:N0} sends, {trace.LogSyncs:N0} syncs){(trace.FirstFault is { } fault ? "; first fault: " + fault : "")}",
        _ => "",
    };

    private static void Add(KillResult kills, Action<string, string> row)
    {
        var account = kills.Account;
        row("Kills", $"{kills.Kills.Count:N0}");
        row("Recovery, median / longest s", Recovery(kills.Kills));
        row("Attempted", $"{account.Attempted:N0}");
        row("Acknowledged", $"{account.Acknowledged:N0}");
        row("Stored", $"{account.Stored:N0}");
        row("Lost (acknowledged, not stored)", $"{account.Lost:N0}");
        row("Doubled", $"{account.Doubled:N0}");
        row("Wrong (decrypts to something else, or not at all)", $"{account.Wrong:N0}");
        row("Foreign (stored, never sent)", $"{account.Foreign:N0}");
        row("Refused", $"{account.Refused:N0}");
        row("Acknowledged out of order", $"{account.OutOfOrder:N0}");
        row("Unknown (sent, never answered, forgotten by the device)", $"{account.Unknown:N0}, of these stored {account.UnknownStored:N0}");
        row("Live state compared with the database", $"{kills.LivePatients:N0} patients, {kills.LiveFaults.Count:N0} differ");
        row("Database, MB", Report.Number(kills.DatabaseBytes / 1e6));
    }

    private static string Recovery(IReadOnlyList<KillEvent> kills)
    {
        var sorted = kills.Select(kill => kill.RecoverySeconds).Order().ToList();
        return $"{Report.Number(sorted[sorted.Count / 2])} / {Report.Number(sorted[^1])}";
    }
}
