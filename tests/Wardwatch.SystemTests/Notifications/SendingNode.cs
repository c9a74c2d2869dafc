using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Wardwatch.Server.Audit.Contracts;
using Wardwatch.Server.Cli;
using Wardwatch.Server.Notifications;
using Wardwatch.Server.Notifications.Contracts;
using Wardwatch.SystemTests.Events;
using Wardwatch.SystemTests.Harness;
using Xunit;

namespace Wardwatch.SystemTests.Notifications;

/// <summary>A process that queues and sends notifications, within the test's: several of them share one database.</summary>
internal sealed class SendingNode : IAsyncDisposable
{
    private readonly IHost _host;

    private SendingNode(IHost host) => _host = host;

    /// <summary>Queues.</summary>
    public Notifier Notifier => (Notifier)_host.Services.GetRequiredService<INotifier>();

    /// <summary>Any of its services.</summary>
    public T Get<T>()
        where T : notnull => _host.Services.GetRequiredService<T>();

    /// <summary>Starts one.</summary>
    /// <param name="hospital">The database.</param>
    /// <param name="sends">False: it only queues.</param>
    /// <param name="settings">Beside quick retries and all of this machine's addresses.</param>
    public static async Task<SendingNode> StartAsync(EventHospital hospital, bool sends, params (string Name, string Value)[] settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new());
        (string Name, string Value)[] quick =
            [("AllowedNetworks", "127.0.0.0/8"), ("RetrySeconds", "0.05"), ("MaxRetrySeconds", "0.2"), ("Attempts", "4"), ("BreakSeconds", "0.5"), ("PollSeconds", "0.1"), ("DigestSeconds", "1"), ("MailSeconds", "60"), ("AnswerSeconds", "60"), ("LeaseSeconds", "120")];
        foreach (var (name, value) in quick.Concat(settings))
        {
            builder.Configuration[$"{NotificationsOptions.Section}:{name}"] = value;
        }

        builder.Services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Critical));
        builder.Services.AddMetrics();
        builder.Services.AddSingleton(hospital.Installation.Database);
        builder.Services.AddSingleton(hospital.Installation.Tenants);
        builder.Services.AddSingleton<Wardwatch.Server.Platform.Contracts.IKeyring>(hospital.Installation.Keyring);
        builder.Services.AddSingleton(hospital.Outbox);
        builder.Services.AddSingleton<IAuditTrail>(new ToolAudit(hospital.Installation));
        builder.Services.AddSingleton(TimeProvider.System);
        NotificationsModule.AddNotifications(builder);
        if (sends)
        {
            NotificationsModule.AddNotificationWork(builder);
        }

        var host = builder.Build();
        await host.StartAsync(TestContext.Current.CancellationToken);
        return new(host);
    }

    public async ValueTask DisposeAsync()
    {
        using var deadline = new CancellationTokenSource(Poll.Patience);
        await _host.StopAsync(deadline.Token);
        await ((IAsyncDisposable)_host).DisposeAsync();
    }
}
