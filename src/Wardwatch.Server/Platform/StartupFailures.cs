using System.Globalization;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Platform;

/// <summary>Turns what goes wrong at a start into a sentence for the person at the keyboard.</summary>
internal static partial class StartupFailures
{
    /// <summary>Runs a part of the start.</summary>
    /// <exception cref="StartupException">In place of the exceptions whose cause is the operator's to remove.</exception>
    public static async Task ExplainAsync(Func<Task> start)
    {
        try
        {
            await start();
        }
        catch (OptionsValidationException error)
        {
            throw new StartupException("A setting is wrong: " + string.Join(" ", error.Failures), "Correct it in the configuration or the environment.", error);
        }
        catch (Exception error) when (Find<AddressInUseException>(error) is not null || Find<SocketException>(error)?.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            var port = Port().Match(error.Message) is { Success: true } match ? int.Parse(match.Groups["port"].ValueSpan, CultureInfo.InvariantCulture) : 0;
            throw new StartupException(port == 0 ? "A port is taken by another program." : $"Port {port} is taken by another program.", "Stop that program, or choose other ports with --http PORT, --https PORT (or off), --mqtt PORT or --conformance PORT.", error);
        }
        catch (Exception error) when (Find<SocketException>(error) is { SocketErrorCode: SocketError.AccessDenied } denied)
        {
            throw new StartupException($"A port must not be opened by this user: {denied.Message}", "Choose ports above 1023 with --http PORT and --mqtt PORT.", error);
        }
    }

    /// <summary>The same for something that is made.</summary>
    public static async Task<T> ExplainAsync<T>(Func<T> make)
    {
        T? made = default;
        await ExplainAsync(() =>
        {
            made = make();
            return Task.CompletedTask;
        });
        return made!;
    }

    private static T? Find<T>(Exception? error)
        where T : Exception
    {
        for (; error is not null; error = error.InnerException)
        {
            if (error is T wanted)
            {
                return wanted;
            }
        }

        return null;
    }

    [GeneratedRegex(@":(?<port>\d{1,5})\b", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Port();
}
