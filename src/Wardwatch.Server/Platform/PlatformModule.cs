using System.Net;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;
using Wardwatch.Server.Platform.Database;
using Wardwatch.Server.Platform.Web;

namespace Wardwatch.Server.Platform;

/// <summary>What every module stands on: configuration, logs, database, keys, health, errors, metrics.</summary>
public static class PlatformModule
{
    /// <summary>A builder with configuration and logging in place.</summary>
    /// <param name="settings">What the command line set; it stands above files and environment.</param>
    public static WebApplicationBuilder CreateBuilder(IEnumerable<KeyValuePair<string, string?>> settings)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            ContentRootPath = AppContext.BaseDirectory,
            EnvironmentName = Environments.Production,
        });
        builder.Configuration.AddInMemoryCollection(settings);
        Logs.Configure(builder.Logging, ReadOptions(builder.Configuration).Demo);
        return builder;
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
            Logs.Configure(logging, ReadOptions(builder.Configuration).Demo);
            logging.AddFilter((_, level) => level >= lowest && level >= LogLevel.Information);
        });

    /// <summary>Registers the services of an opened installation.</summary>
    public static void AddPlatform(WebApplicationBuilder builder, Installation installation)
    {
        var services = builder.Services;
        services.AddOptions<PlatformOptions>().BindConfiguration(PlatformOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(installation.Database);
        services.AddSingleton(installation.Keyring);
        services.AddSingleton(installation.Data);
        services.AddSingleton<IHostLifetime, NoSignalsOfItsOwn>();
        services.AddHealthChecks().AddCheck<PostgresHealthCheck>("postgresql", timeout: TimeSpan.FromSeconds(5));

        var options = ReadOptions(builder.Configuration);
        services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(options.StopSeconds));
        builder.WebHost.ConfigureKestrel(kestrel => Listen(kestrel, options));
    }

    /// <summary>Adds the platform's middleware, before any module's routes.</summary>
    public static void UsePlatform(WebApplication app)
    {
    }

    /// <summary>Adds the platform's own routes.</summary>
    public static void MapPlatform(IEndpointRouteBuilder routes)
    {
        HealthAnswers.Map(routes);
        routes.MapGet("/api/demo", (IOptions<PlatformOptions> options) => new { options.Value.Demo }).AllowAnonymous();
    }

    private static void Listen(Microsoft.AspNetCore.Server.Kestrel.Core.KestrelServerOptions kestrel, PlatformOptions options)
    {
        kestrel.AddServerHeader = false;
        if (options.HttpAddress == "*")
        {
            kestrel.ListenAnyIP(options.HttpPort);
        }
        else if (IPAddress.TryParse(options.HttpAddress.Trim('[', ']'), out var address))
        {
            kestrel.Listen(address, options.HttpPort);
        }
        else if (options.HttpAddress == "localhost" && options.HttpPort != 0)
        {
            kestrel.ListenLocalhost(options.HttpPort);
        }
        else
        {
            kestrel.Listen(IPAddress.Loopback, options.HttpPort);
        }
    }
}
