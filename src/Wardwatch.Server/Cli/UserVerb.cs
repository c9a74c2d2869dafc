using System.CommandLine;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Spectre.Console;
using Wardwatch.Server.Access.Contracts;
using Wardwatch.Server.Patients;
using Wardwatch.Server.Platform;
using Wardwatch.Server.Platform.Contracts;
using Wardwatch.Server.Staff;

namespace Wardwatch.Server.Cli;

/// <summary><c>ward user</c>: looks after accounts.</summary>
internal static class UserVerb
{
    private static readonly Option<bool> PasswordFromInput = new("--password-stdin") { Description = "Read the password from standard input; without this one is drawn and printed, once." };

    public static Command Create() => new("user", "Look after the accounts of staff.") { Add(), List(), Password(), Remove(), SecondFactor() };

    private static Command Add()
    {
        var data = VerbOptions.Data();
        var json = VerbOptions.Json();
        var hospital = CommandHospital.Option();
        var hospitalName = new Option<string?>("--hospital-name") { HelpName = "NAME", Description = "Sets the hospital up under this name if it is not there yet." };
        var user = new Argument<string>("user") { Description = "The name to sign in with." };
        var name = new Option<string?>("--name") { HelpName = "NAME", Description = "The name that colleagues see (default: the user)." };
        var role = new Option<string>("--role") { Required = true, Description = "What the account may do." };
        role.AcceptOnlyFromAmong([.. AccountRoles.OfAccounts]);
        var wards = new Option<string[]>("--ward") { HelpName = "ID", Description = "A ward on which its owner works; may be repeated." };
        var patients = new Option<string[]>("--patient") { HelpName = "ID", Description = "A patient to whom a specialist is called, or whose account it is; may be repeated." };
        var command = new Command("add", "Add an account.") { user, role, name, wards, patients, PasswordFromInput, hospital, hospitalName, data, json };
        command.SetAction(async (arguments, cancellation) =>
        {
            await using var installation = await CommandInstallation.OpenAsync(arguments.GetValue(data), cancellation);
            if (arguments.GetValue(hospital) is { } id && arguments.GetValue(hospitalName) is { } title)
            {
                await EnsureHospitalAsync(installation, id, title, cancellation);
            }

            var place = await CommandHospital.FindAsync(installation, arguments.GetValue(hospital), cancellation);
            var (password, drawn) = await PasswordAsync(arguments, cancellation);
            var account = arguments.GetValue(user)!;
            await WithAccountsAsync(installation, async accounts =>
            {
                Require(await accounts.AddAsync(place.TenantId, account, arguments.GetValue(name) ?? account, arguments.GetValue(role)!, password));
                if (await accounts.AssignAsync(place.TenantId, account, arguments.GetValue(wards) ?? [], arguments.GetValue(patients) ?? [], cancellation) is { } unknown)
                {
                    // The account would be of no use, and its password would never be shown.
                    await accounts.RemoveAsync(place.TenantId, account);
                    Require(unknown);
                }
            });
            PrintPassword(account, drawn, arguments.GetValue(json), "added");
            return CommandLine.Success;
        });
        return command;
    }

    private static Command List()
    {
        var data = VerbOptions.Data();
        var json = VerbOptions.Json();
        var hospital = CommandHospital.Option();
        var command = new Command("list", "List the accounts.") { hospital, data, json };
        command.SetAction(async (arguments, cancellation) =>
        {
            await using var installation = await CommandInstallation.OpenAsync(arguments.GetValue(data), cancellation);
            var place = await CommandHospital.FindAsync(installation, arguments.GetValue(hospital), cancellation);
            List<AccountRow> rows = [];
            await WithAccountsAsync(installation, async accounts => rows = await accounts.ListAsync(place.TenantId, cancellation));
            if (arguments.GetValue(json))
            {
                Console.WriteLine(JsonSerializer.Serialize(rows, JsonSerializerOptions.Web));
                return CommandLine.Success;
            }

            var table = new Table().AddColumns("User", "Role", "Name", "Since");
            foreach (var row in rows)
            {
                table.AddRow(Markup.Escape(row.User), row.Role, Markup.Escape(row.Name), $"{row.CreatedAt:yyyy-MM-dd HH:mm}");
            }

            AnsiConsole.Write(table);
            return CommandLine.Success;
        });
        return command;
    }

    private static Command Password()
    {
        var data = VerbOptions.Data();
        var json = VerbOptions.Json();
        var hospital = CommandHospital.Option();
        var user = new Argument<string>("user") { Description = "The account." };
        var command = new Command("password", "Set a password and end the account's sessions.") { user, PasswordFromInput, hospital, data, json };
        command.SetAction(async (arguments, cancellation) =>
        {
            await using var installation = await CommandInstallation.OpenAsync(arguments.GetValue(data), cancellation);
            var place = await CommandHospital.FindAsync(installation, arguments.GetValue(hospital), cancellation);
            var (password, drawn) = await PasswordAsync(arguments, cancellation);
            var account = arguments.GetValue(user)!;
            await WithAccountsAsync(installation, async accounts =>
                Require(await accounts.SetPasswordAsync(place.TenantId, account, password, cancellation)));
            PrintPassword(account, drawn, arguments.GetValue(json), "given a new password");
            return CommandLine.Success;
        });
        return command;
    }

    private static Command Remove()
    {
        var data = VerbOptions.Data();
        var hospital = CommandHospital.Option();
        var user = new Argument<string>("user") { Description = "The account." };
        var command = new Command("remove", "Remove an account and end its sessions.") { user, hospital, data };
        command.SetAction(async (arguments, cancellation) =>
        {
            await using var installation = await CommandInstallation.OpenAsync(arguments.GetValue(data), cancellation);
            var place = await CommandHospital.FindAsync(installation, arguments.GetValue(hospital), cancellation);
            await WithAccountsAsync(installation, async accounts => Require(await accounts.RemoveAsync(place.TenantId, arguments.GetValue(user)!)));
            Console.WriteLine($"{arguments.GetValue(user)} is removed.");
            return CommandLine.Success;
        });
        return command;
    }

    private static Command SecondFactor()
    {
        var data = VerbOptions.Data();
        var hospital = CommandHospital.Option();
        var user = new Argument<string>("user") { Description = "The account." };
        var reset = new Command("reset", "Take authenticator, recovery codes, passkeys and PIN away from somebody who has lost them, and end the account's sessions.") { user, hospital, data };
        reset.SetAction(async (arguments, cancellation) =>
        {
            await using var installation = await CommandInstallation.OpenAsync(arguments.GetValue(data), cancellation);
            var place = await CommandHospital.FindAsync(installation, arguments.GetValue(hospital), cancellation);
            var account = arguments.GetValue(user)!;
            await WithAccountsAsync(installation, async accounts => Require(await accounts.ResetSecondFactorAsync(place.TenantId, account, cancellation)));
            Console.WriteLine($"{account} signs in with the password alone next time, and sets a second factor up again.");
            return CommandLine.Success;
        });
        return new("second-factor", "Look after second factors.") { reset };
    }

    private static async Task EnsureHospitalAsync(Installation installation, string id, string name, CancellationToken cancellation)
    {
        try
        {
            await new HospitalRegistry(installation.Database, installation.Keyring).EnsureAsync(id, name, cancellation);
        }
        catch (ArgumentException error)
        {
            throw new StartupException($"'{id}' cannot be a hospital's id.", "Use 1 to 64 letters, digits, dots, underscores or hyphens.", error);
        }
    }

    private static async Task WithAccountsAsync(Installation installation, Func<StaffAccounts, Task> act)
    {
        await using var services = AccountServices.Build(installation);
        await using var scope = services.CreateAsyncScope();
        await act(scope.ServiceProvider.GetRequiredService<StaffAccounts>());
    }

    private static async Task<(string Password, string? Drawn)> PasswordAsync(ParseResult arguments, CancellationToken cancellation)
    {
        if (!arguments.GetValue(PasswordFromInput))
        {
            // 18 random bytes: as long as a password should be that nobody is to remember.
            var drawn = Convert.ToBase64String(RandomNumberGenerator.GetBytes(18)).Replace('+', '-').Replace('/', '_');
            return (drawn, drawn);
        }

        var line = await Console.In.ReadLineAsync(cancellation);
        return string.IsNullOrEmpty(line)
            ? throw new StartupException("Standard input held no password.", "For example: ward user add anna --role nurse --password-stdin < file")
            : (line, null);
    }

    private static void PrintPassword(string user, string? drawn, bool json, string done)
    {
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(new { user, password = drawn }, JsonSerializerOptions.Web));
            return;
        }

        Console.WriteLine($"{user} is {done}.");
        if (drawn is not null)
        {
            Console.WriteLine($"Password, shown this once: {drawn}");
        }
    }

    private static void Require(string? refusal)
    {
        if (refusal is not null)
        {
            throw new StartupException(refusal, "Nothing was changed.");
        }
    }
}
