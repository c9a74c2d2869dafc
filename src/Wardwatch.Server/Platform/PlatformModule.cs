using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;
using Wardwatch.Server.Platform.Certificates;
using Wardwatch.Server.Platform.Contracts;
using Wardwatch.Server.Platform.Database;
using Wardwatch.Server.Platform.Keys;
using Wardwatch.Server.Platform.Telemetry;
using Wardwatch.Server.Platform.Web;

namespace Wardwatch.Server.Platform;

/// <summary>What every module stands on: configuration, logs, database, keys, health, errors, metrics.</summary>
public static class PlatformModule
{
    /// <summary>The environment variable that names a folder of settings.</summary>
    public const string SettingsFolderVariable = "WARDWATCH_SETTINGS_FOLDER";

    private const int UnreadBytes = 64 * 1024;

    /// <summary>A builder with configuration and logging in place.</summary>
    /// <param name="settings">What the command line set; it stands above files and environment.</param>
    public static WebApplicationBuilder CreateBuilder(IEnumerable<KeyValuePair<string, string?>> settings)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            ContentRootPath = AppContext.BaseDirectory,
            EnvironmentName = Environments.Production,
        });
        var start = new HostStart();
        builder.Services.AddSingleton(start);
        AddSettingsFolder(builder.Configuration, settings);
        Logs.Configure(builder.Logging, Logs.AreForPeople(builder.Configuration, ReadOptions(builder.Configuration).Demo), start);
        return builder;
    }

    /// <summary>
    /// Settings as files, one each, as secrets are mounted: the file's name is the setting's (<c>ConnectionStrings__Wardwatch</c>), its content the value. Above the
    /// environment, below the command line.
    /// </summary>
    /// <exception cref="StartupException">There is no such folder.</exception>
    private static void AddSettingsFolder(ConfigurationManager configuration, IEnumerable<KeyValuePair<string, string?>> settings)
    {
        if (Environment.GetEnvironmentVariable(SettingsFolderVariable) is { Length: > 0 } folder)
        {
            if (!Directory.Exists(folder))
            {
                throw new StartupException($"There is no folder {folder}, which {SettingsFolderVariable} names.", "Mount the secrets there, or take the variable away.");
            }

            configuration.AddKeyPerFile(Path.GetFullPath(folder), optional: false);
        }

        configuration.AddInMemoryCollection(settings);
    }

    /// <summary>The platform's options, for use before there is a host.</summary>
    public static PlatformOptions ReadOptions(IConfiguration configuration)
    {
        var options = new PlatformOptions();
        configuration.GetSection(PlatformOptions.Section).Bind(options);
        return options;
    }

    /// <summary>Loggers for the time before there is a host.</summary>
    public static ILoggerFactory CreateStartLoggers(WebApplicationBuilder builder, LogLevel lowest = LogLevel.Trace) =>
        LoggerFactory.Create(logging =>
        {
            logging.AddConfiguration(builder.Configuration.GetSection("Logging"));
            Logs.Configure(logging, Logs.AreForPeople(builder.Configuration, ReadOptions(builder.Configuration).Demo));
            logging.AddFilter((_, level) => level >= lowest && level >= LogLevel.Information);
        });

    /// <summary>Registers the services of an opened installation.</summary>
    public static void AddPlatform(WebApplicationBuilder builder, Installation installation)
    {
        var services = builder.Services;
        services.AddOptions<PlatformOptions>().BindConfiguration(PlatformOptions.Section).ValidateDataAnnotations()
            .Validate(set => KnownProxies.Parse(set.KnownProxies, out _) is not null, $"{PlatformOptions.Section}:{nameof(PlatformOptions.KnownProxies)} must be addresses or networks such as 10.1.0.0/16, separated by commas.")
            .ValidateOnStart();
        services.AddOptions<LimitsOptions>().BindConfiguration(LimitsOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<LogOptions>().BindConfiguration(LogOptions.Section);
        services.AddTraces(builder.Configuration);
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(installation.Database);
        services.AddSingleton(installation.Tenants);
        services.AddSingleton(installation.Keyring);
        services.AddSingleton(installation.Data);
        services.AddSingleton<ErasedPatients>();
        services.AddSingleton(installation.Keys);
        DirectoryChanges.AddTo(services);
        services.AddHostedService<KeyChanges>();
        services.AddSingleton<InstallationFiles>();
        services.AddSingleton<IHostLifetime, NoSignalsOfItsOwn>();
        services.AddSingleton(installation.Certificates);
        services.AddSingleton(installation.OwnCertificates);
        services.AddSingleton(new DemoMark(ReadOptions(builder.Configuration).Demo));
        services.AddSingleton<PrometheusExporter>();
        services.AddSingleton<NodeDrain>();
        services.AddSingleton<DiskWatch>();
        services.AddHostedService(provider => provider.GetRequiredService<DiskWatch>());
        services.AddHealthChecks()
            .AddCheck<PostgresHealthCheck>("postgresql", timeout: TimeSpan.FromSeconds(5))
            .AddCheck<CertificateHealthCheck>("certificates")
            .AddCheck<DiskWatch>("disk")
            .AddCheck<DrainHealthCheck>("drain");
        services.AddProblems();
        services.AddApiDescription();
        services.AddPageCompression();
        services.AddDataProtection().SetApplicationName("wardwatch").PersistKeysToFileSystem(installation.Data.ProtectionKeys());
        services.AddAuthentication();
        services.AddAuthorization();
        services.AddRateLimiter(_ => { });
        services.AddRequestGuards();
        services.AddHostedService<CertificateRenewal>();

        var options = ReadOptions(builder.Configuration);
        services.AddSingleton(provider => KnownProxies.Parse(provider.GetRequiredService<IOptions<PlatformOptions>>().Value.KnownProxies, out _)!);
        services.AddSingleton(provider => new HttpConnections(provider.GetRequiredService<IOptions<LimitsOptions>>().Value, provider.GetRequiredService<KnownProxies>()));
        services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(options.StopSeconds));
        services.AddOptions<KestrelServerOptions>().Configure<IOptions<PlatformOptions>, IOptions<LimitsOptions>, HttpConnections, IServerCertificates>(
            (kestrel, platform, limits, connections, certificates) => HttpListeners.Listen(kestrel, platform.Value, limits.Value, connections, certificates));

        // What a client may have lying here unread: by default it would be a megabyte, before it has said who it is.
        services.Configure<SocketTransportOptions>(static transport => transport.MaxReadBufferSize = UnreadBytes);
    }

    /// <summary>
    /// The way of every request, outermost first. Pages and the interface's description need no sign-in and are answered before it; what comes after
    /// routing belongs to the modules, which bring the rules for sign-in, permissions and rates.
    /// </summary>
    public static void UsePlatform(WebApplication app)
    {
        var start = app.Services.GetRequiredService<HostStart>();
        app.Lifetime.ApplicationStarted.Register(() => start.IsOver = true);

        // Made now, so that no measurement of a module is missed.
        app.Services.GetRequiredService<PrometheusExporter>();
        app.Services.GetRequiredService<KnownProxies>().Use(app);
        app.UseRequestNames();
        app.UseSecurityHeaders();
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        app.UsePlainBodies();
        app.UseResponseCompression();
        app.UseApiPage();
        app.UseWebPages(app.Services.GetRequiredService<IOptions<PlatformOptions>>().Value.WebFolder);
        app.UseRouting();
        app.UseAnswerTimes();
        app.UseAuthentication();
        app.UseRateLimiter();
        app.UseAuthorization();
        app.UseWebSockets();
        app.UseSameOriginSockets();
    }

    /// <summary>Adds the platform's own routes.</summary>
    public static void MapPlatform(IEndpointRouteBuilder routes)
    {
        HealthAnswers.Map(routes);
        MetricsPage.Map(routes);
        routes.MapApiDescription();
        routes.MapGet("/api/demo", (IOptions<PlatformOptions> options) => new DemoAnswer(options.Value.Demo))
            .AllowAnonymous().WithTags("Operation").WithSummary("Whether this is the demo hospital, which every screen then says");
    }

    /// <summary>The answer of <c>/api/demo</c>.</summary>
    /// <param name="Demo">True in the demo hospital.</param>
    public sealed record DemoAnswer(bool Demo);
}
