using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using Wardwatch.Server.AlertPath.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.AlertPath;

/// <summary>
/// The receiver at the end of the path: holds a live connection to this process's own web server, as a screen does, and notes which tests arrive. A screen that takes part notes
/// them as well; this one is there at night, too.
/// </summary>
internal sealed partial class PathReceiver(
    AlertPathStore store, ProbeToken token, IServer server, IServerCertificates certificates, IHostApplicationLifetime lifetime, IOptions<AlertPathOptions> options, TimeProvider time,
    ILogger<PathReceiver> log) : BackgroundService
{
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(60);

    private readonly ILogger<PathReceiver> _log = log;

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!options.Value.Enabled || !await IsStartedAsync(stoppingToken))
        {
            return;
        }

        using var client = new HttpClient(new SocketsHttpHandler { SslOptions = OwnServer.Tls(certificates), UseProxy = false, AllowAutoRedirect = false }) { Timeout = Timeout.InfiniteTimeSpan };
        var isAway = false;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await ListenAsync(client, stoppingToken);
                isAway = false;
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                // Whatever it is, it listens again: the path is broken meanwhile, and says so.
                if (!isAway)
                {
                    LogAway(e.Message);
                }

                isAway = true;
            }

            await Task.Delay(AfterFailure, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<bool> IsStartedAsync(CancellationToken stopping)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(lifetime.ApplicationStarted, stopping);
        await Task.Delay(Timeout.InfiniteTimeSpan, time, either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return !stopping.IsCancellationRequested;
    }

    private async Task ListenAsync(HttpClient client, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(Address(), "/sse/alert-path")) { Headers = { { ProbeToken.Header, token.Value } } };
        using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        answer.EnsureSuccessStatusCode();
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(cancellation));
        var name = "";
        while (await reader.ReadLineAsync(cancellation).AsTask().WaitAsync(LongestSilence, time, cancellation) is { } line)
        {
            if (line.StartsWith("event: ", StringComparison.Ordinal))
            {
                name = line["event: ".Length..];
            }
            else if (name == "notification" && line.StartsWith("data: ", StringComparison.Ordinal) && IdOf(line["data: ".Length..]) is { } notification)
            {
                await store.ReceivedAsync(notification, "server", cancellation);
            }
        }
    }

    private static Guid? IdOf(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.TryGetProperty("id", out var id) && Guid.TryParse(id.GetString(), out var notification) ? notification : null;
    }

    // As browsers do: over TLS where the server offers it. The pages' ports come first among the addresses; the devices' port looks like one of them.
    private Uri Address()
    {
        var addresses = server.Features.GetRequiredFeature<IServerAddressesFeature>().Addresses;
        var address = BindingAddress.Parse(addresses.FirstOrDefault(one => one.StartsWith("https:", StringComparison.Ordinal)) ?? addresses.First());
        var host = IPAddress.TryParse(address.Host.Trim('[', ']'), out var ip) && !ip.Equals(IPAddress.Any) && !ip.Equals(IPAddress.IPv6Any) ? address.Host : "localhost";
        return new UriBuilder(address.Scheme, host, address.Port).Uri;
    }

    [LoggerMessage(8453, LogLevel.Warning, "Tests of the alert path do not arrive here at the moment: {Reason}")]
    private partial void LogAway(string reason);
}
