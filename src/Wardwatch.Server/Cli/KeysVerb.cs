using System.CommandLine;
using System.Text.Json;
using Npgsql;
using Spectre.Console;
using Wardwatch.Server.Audit.Contracts;
using Wardwatch.Server.Platform;
using Wardwatch.Server.Platform.Keys;

namespace Wardwatch.Server.Cli;

/// <summary><c>ward keys</c>: the master key and the hospitals' keys. Servers go on while keys are rotated.</summary>
internal static class KeysVerb
{
    public static Command Create() => new("keys", "Rotate the master key or a hospital's key, and see where they stand.") { Rotate(), Status() };

    private static Command Rotate()
    {
        var data = VerbOptions.Data();
        var json = VerbOptions.Json();
        var hospital = new Option<string?>("--hospital") { HelpName = "ID", Description = "Give this hospital a new key; without it, the master key is replaced." };
        var file = new Option<FileInfo?>("--new-key-file") { HelpName = "FILE", Description = $"The new master key in base64, where the present one does not come from the data folder (or: {MasterKey.NewVariable})." };
        var command = new Command("rotate", "Put a new key in the place of the old one. Interrupted, run it again: it goes on where it was.") { hospital, file, data, json };
        command.SetAction(async (arguments, cancellation) =>
        {
            await using var installation = await CommandInstallation.OpenAsync(arguments.GetValue(data), arguments.GetValue(file)?.FullName, cancellation);
            if (arguments.GetValue(hospital) is { } id)
            {
                await RotateHospitalAsync(installation, id, arguments.GetValue(json), cancellation);
            }
            else
            {
                await RotateMasterAsync(installation, arguments.GetValue(json), cancellation);
            }

            return CommandLine.Success;
        });
        return command;
    }

    private static Command Status()
    {
        var data = VerbOptions.Data();
        var json = VerbOptions.Json();
        var command = new Command("status", "Which keys are in use, and whether a rotation is under way.") { data, json };
        command.SetAction(async (arguments, cancellation) =>
        {
            await using var installation = await CommandInstallation.OpenAsync(arguments.GetValue(data), cancellation);
            var status = await KeyStatus.ReadAsync(installation.Database, installation.Data, installation.Keys, cancellation);
            Print(status, arguments.GetValue(json));
            return CommandLine.Success;
        });
        return command;
    }

    private static async Task RotateMasterAsync(Installation installation, bool json, CancellationToken cancellation)
    {
        var rotation = new MasterKeyRotation(installation.Database, installation.Data, installation.Keys);
        var report = await WithProgressAsync("Wrapping hospitals' keys", json, progress => rotation.RunAsync(
            (connection, tenant, token) => RecordAsync(installation, connection, tenant, "master key", token), (done, all) => progress(done, all), cancellation));
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(report, JsonSerializerOptions.Web));
            return;
        }

        Console.WriteLine($"The master key is now {report.MasterKeyId}; {report.Hospitals} hospitals' keys were wrapped under it.");
        Console.WriteLine(report.MustBePutInPlace
            ? $"Put it in the place of the old one now ({MasterKey.Variable}, or where your command finds it); the old one opens nothing any more."
            : $"Back up {installation.Data.MasterKey}, apart from the database. Backups of the keys from before need the old one: make a new one, and throw the older ones away.");
    }

    private static async Task RotateHospitalAsync(Installation installation, string id, bool json, CancellationToken cancellation)
    {
        var hospital = await CommandHospital.FindAsync(installation, id, cancellation);
        await using var owner = installation.OpenAsOwner();
        var rotation = new HospitalKeyRotation(owner, installation.Keys);
        var report = await WithProgressAsync("Wrapping keys", json, progress => rotation.RunAsync(
            hospital.TenantId, (connection, tenant, token) => RecordAsync(installation, connection, tenant, "hospital's key", token), progress, cancellation));
        Console.WriteLine(json
            ? JsonSerializer.Serialize(new { hospital = id, report.Number, report.Keys }, JsonSerializerOptions.Web)
            : $"{id} has key {report.Number}; {report.Keys} keys were wrapped under it. Backups of the keys from before need the old one: make a new one, and throw the older ones away.");
    }

    private static Task RecordAsync(Installation installation, NpgsqlConnection connection, int tenantId, string what, CancellationToken cancellation) =>
        new ToolAudit(installation).RecordAsync(connection, AuditEntry.OfTool(tenantId, AuditActions.RotateKeys) with { Detail = what }, cancellation);

    private static async Task<T> WithProgressAsync<T>(string words, bool quiet, Func<Action<long, long>, Task<T>> work)
    {
        if (quiet || Console.IsErrorRedirected)
        {
            return await work((_, _) => { });
        }

        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        return await console.Progress().StartAsync(async progress =>
        {
            var task = progress.AddTask(words);
            return await work((done, all) =>
            {
                task.MaxValue = Math.Max(1, all);
                task.Value = all == 0 ? 1 : done;
            });
        });
    }

    private static void Print(KeyStatus status, bool json)
    {
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(status, JsonSerializerOptions.Web));
            return;
        }

        Console.WriteLine($"Master key: {string.Join(", ", status.MasterKeys)}{(status.IsRotating ? " (a rotation is under way: ward keys rotate)" : "")}");
        var table = new Table().AddColumns("Hospital", "Keys", "Under master key", "Since");
        foreach (var hospital in status.Hospitals)
        {
            table.AddRow(
                Markup.Escape(hospital.Hospital), string.Join(", ", hospital.Numbers) + (hospital.Numbers.Count > 1 ? $" (rotating: ward keys rotate --hospital {Markup.Escape(hospital.Hospital)})" : ""),
                string.Join(", ", hospital.MasterKeys), $"{hospital.Since:yyyy-MM-dd HH:mm}");
        }

        AnsiConsole.Write(table);
    }
}
