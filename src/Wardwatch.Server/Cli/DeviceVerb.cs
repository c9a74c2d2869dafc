using System.CommandLine;
using System.Text.Json;
using Spectre.Console;
using Wardwatch.Server.Audit.Contracts;
using Wardwatch.Server.Devices;
using Wardwatch.Server.Events;
using Wardwatch.Server.Patients.Contracts;
using Wardwatch.Server.Platform;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Cli;

/// <summary><c>ward device</c>: looks after devices and who wears them.</summary>
internal static class DeviceVerb
{
    public static Command Create()
    {
        var id = new Argument<string>("device") { Description = "The device's id." };
        var patient = new Argument<string>("patient") { Description = "The patient's id." };
        var from = new Option<DateTimeOffset?>("--from") { HelpName = "TIME", Description = "From when, ISO 8601 (default: now)." };
        var until = new Option<DateTimeOffset?>("--until") { HelpName = "TIME", Description = "Until when, exclusive (default: open)." };
        var keyId = new Option<uint?>("--key") { HelpName = "ID", Description = "Revoke only this key; the device stays." };
        var overlap = new Option<double?>("--overlap-hours") { HelpName = "N", Description = "End the older keys after so many hours, 0 to 8760 (default: they stay)." };
        overlap.Validators.Add(result =>
        {
            if (!(result.GetValueOrDefault<double?>() is null or (>= 0 and <= 8760)))
            {
                result.AddError("--overlap-hours must be from 0 to 8760.");
            }
        });
        var algorithm = new Option<string>("--algorithm") { Description = "The cipher of the key.", DefaultValueFactory = _ => DeviceAlgorithms.Standard };
        algorithm.AcceptOnlyFromAmong(DeviceAlgorithms.Standard, DeviceAlgorithms.Older);

        return new("device", "Look after devices, their keys, and who wears them.")
        {
            Verb("add", "Register a device; its token and key are printed this once.", [id, algorithm], (work, arguments, cancellation) =>
                AddAsync(work, arguments.GetValue(id)!, arguments.GetValue(algorithm)!, cancellation)),
            Verb("key", "Give a device one more key; it is printed this once.", [id, algorithm, overlap], (work, arguments, cancellation) =>
                IssueAsync(work, arguments.GetValue(id)!, arguments.GetValue(algorithm)!, arguments.GetValue(overlap), cancellation)),
            Verb("show", "Show a device with its keys.", [id], (work, arguments, cancellation) => ShowAsync(work, arguments.GetValue(id)!, cancellation)),
            Verb("list", "List the devices.", [], (work, _, cancellation) => ListAsync(work, cancellation)),
            Verb("revoke", "Revoke a device with its keys, or one key.", [id, keyId], (work, arguments, cancellation) =>
                RevokeAsync(work, arguments.GetValue(id)!, arguments.GetValue(keyId), cancellation)),
            Verb("bind", "Say that a patient wears a device.", [id, patient, from, until], (work, arguments, cancellation) =>
                BindAsync(work, arguments.GetValue(id)!, arguments.GetValue(patient)!, arguments.GetValue(from), arguments.GetValue(until), cancellation)),
            Verb("unbind", "Say that a patient no longer wears a device.", [id, patient], async (work, arguments, cancellation) =>
                Require(await work.Registry.DetachAsync(work.By, arguments.GetValue(id)!, arguments.GetValue(patient)!, cancellation))),
        };
    }

    private static Command Verb(string name, string description, Symbol[] symbols, Func<Work, ParseResult, CancellationToken, Task> act)
    {
        var data = VerbOptions.Data();
        var json = VerbOptions.Json();
        var hospital = CommandHospital.Option();
        var command = new Command(name, description) { hospital, data, json };
        foreach (var symbol in symbols)
        {
            if (symbol is Argument argument)
            {
                command.Add(argument);
            }
            else
            {
                command.Add((Option)symbol);
            }
        }

        command.SetAction(async (arguments, cancellation) =>
        {
            await using var installation = await CommandInstallation.OpenAsync(arguments.GetValue(data), cancellation);
            var place = await CommandHospital.FindAsync(installation, arguments.GetValue(hospital), cancellation);
            var registry = new DeviceRegistry(installation.Tenants, installation.Keyring, new ToolAudit(installation), new Outbox(installation.Keyring, TimeProvider.System), TimeProvider.System);
            await act(new(registry, place, arguments.GetValue(json)), arguments, cancellation);
            return CommandLine.Success;
        });
        return command;
    }

    private static async Task AddAsync(Work work, string id, string algorithm, CancellationToken cancellation)
    {
        if (!DeviceRegistry.IsId(id))
        {
            throw new StartupException($"'{id}' cannot be a device's id.", "Use 1 to 64 letters, digits, dots, underscores or hyphens.");
        }

        var issued = await work.Registry.RegisterAsync(work.By, id, algorithm, cancellation)
            ?? throw new StartupException($"There is already a device '{id}'.", "Revoked devices keep their id; choose another.");
        var key = Convert.ToHexStringLower(issued.Key.Key);
        work.Print(
            new { device = id, issued.Token, issued.Key.KeyId, issued.Key.Algorithm, key },
            $"Device {id} is registered. Shown this once:\ntoken: {issued.Token}\nkey {issued.Key.KeyId} ({issued.Key.Algorithm}): {key}");
    }

    private static async Task IssueAsync(Work work, string id, string algorithm, double? overlapHours, CancellationToken cancellation)
    {
        var issued = await work.Registry.IssueKeyAsync(work.By, id, algorithm, overlapHours is { } hours ? TimeSpan.FromHours(hours) : null, cancellation);
        if (issued is null)
        {
            Require(DeviceOutcome.UnknownDevice);
            return;
        }

        var key = Convert.ToHexStringLower(issued.Key);
        work.Print(new { device = id, issued.KeyId, issued.Algorithm, key }, $"Shown this once: key {issued.KeyId} ({issued.Algorithm}): {key}");
    }

    private static async Task ListAsync(Work work, CancellationToken cancellation)
    {
        var rows = await work.Registry.ListAsync(work.Hospital.TenantId, search: null, after: null, int.MaxValue, cancellation);
        if (work.Json)
        {
            Console.WriteLine(JsonSerializer.Serialize(rows, JsonSerializerOptions.Web));
            return;
        }

        var table = new Table().AddColumns("Device", "Patient", "Keys", "Since", "Revoked");
        foreach (var row in rows)
        {
            table.AddRow(row.Id, row.Patient ?? "", $"{row.Keys}", $"{row.CreatedAt:yyyy-MM-dd HH:mm}", $"{row.RevokedAt:yyyy-MM-dd HH:mm}");
        }

        AnsiConsole.Write(table);
    }

    private static async Task ShowAsync(Work work, string id, CancellationToken cancellation)
    {
        if (await work.Registry.GetAsync(work.Hospital.TenantId, id, cancellation) is not var (device, keys))
        {
            Require(DeviceOutcome.UnknownDevice);
            return;
        }

        if (work.Json)
        {
            Console.WriteLine(JsonSerializer.Serialize(
                new { device.Id, device.CreatedAt, device.RevokedAt, device.Patient, device.Ward, device.Keys, keyList = keys }, JsonSerializerOptions.Web));
            return;
        }

        Console.WriteLine($"{device.Id}, registered {device.CreatedAt:yyyy-MM-dd HH:mm}{(device.RevokedAt is { } at ? $", revoked {at:yyyy-MM-dd HH:mm}" : "")}{(device.Patient is { } patient ? $", worn by {patient}" : "")}");
        var table = new Table().AddColumns("Key", "Cipher", "Since", "Ends", "Revoked");
        foreach (var key in keys)
        {
            table.AddRow($"{key.KeyId}", key.Algorithm, $"{key.CreatedAt:yyyy-MM-dd HH:mm}", $"{key.ExpiresAt:yyyy-MM-dd HH:mm}", $"{key.RevokedAt:yyyy-MM-dd HH:mm}");
        }

        AnsiConsole.Write(table);
    }

    private static async Task RevokeAsync(Work work, string id, uint? keyId, CancellationToken cancellation)
    {
        Require(keyId is { } key
            ? await work.Registry.RevokeKeyAsync(work.By, id, key, cancellation)
            : await work.Registry.RevokeAsync(work.By, id, cancellation));
        work.Print(new { device = id, keyId, revoked = true }, keyId is null ? $"Device {id} is revoked." : $"Key {keyId} of {id} is revoked.");
    }

    private static async Task BindAsync(Work work, string id, string patient, DateTimeOffset? from, DateTimeOffset? until, CancellationToken cancellation)
    {
        if (until is not null && until <= (from ?? TimeProvider.System.GetUtcNow()))
        {
            throw new StartupException("--until must be later than --from.", "Times look like 2026-11-20T09:00:00Z.");
        }

        Require((await work.Registry.AttachAsync(work.By, new(id, patient, from, until), TimeSpan.MaxValue, cancellation)).Outcome);
        work.Print(new { device = id, patient }, $"{patient} wears {id}.");
    }

    private static void Require(DeviceOutcome outcome)
    {
        if (outcome != DeviceOutcome.Done)
        {
            throw outcome switch
            {
                DeviceOutcome.UnknownDevice => new StartupException("There is no such device, or it is revoked.", "ward device list shows them."),
                DeviceOutcome.UnknownKey => new StartupException("The device has no such key in force.", "ward device list shows how many there are."),
                DeviceOutcome.UnknownPatient => new StartupException("There is no such patient.", "Patients have ids like p-0001."),
                DeviceOutcome.PatientNotOnWard => new StartupException("The patient is on no ward.", "Admit the patient first."),
                DeviceOutcome.AlreadyBound => new StartupException("The device is bound to a patient during that time.", "End that binding first: ward device unbind DEVICE PATIENT."),
                _ => new StartupException("The patient does not wear the device.", "ward device list shows who does."),
            };
        }
    }

    private sealed record Work(DeviceRegistry Registry, HospitalEntry Hospital, bool Json)
    {
        // What is done is said by the registry.
        public AuditEntry By => AuditEntry.OfTool(Hospital.TenantId, AuditActions.RegisterDevice);

        public void Print(object result, string words) => Console.WriteLine(Json ? JsonSerializer.Serialize(result, JsonSerializerOptions.Web) : words);
    }
}
