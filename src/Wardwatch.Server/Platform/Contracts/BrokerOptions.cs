using System.ComponentModel.DataAnnotations;

namespace Wardwatch.Server.Platform.Contracts;

/// <summary>The RabbitMQ between the processes of one installation: configuration section <c>Wardwatch:Broker</c>, environment <c>Wardwatch__Broker__Name</c>.</summary>
public sealed class BrokerOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Wardwatch:Broker";

    /// <summary>An amqp or amqps URI with user and password. Empty: there is one process, and nothing leaves it over a broker.</summary>
    public string? Url { get; set; }

    /// <summary>How often both ends of a connection show that they are alive, in seconds; after two intervals without a sign it counts as lost.</summary>
    [Range(1, 600)]
    public int HeartbeatSeconds { get; set; } = 4;

    /// <summary>Whether a broker is set.</summary>
    public static bool IsSet(IConfiguration configuration) => !string.IsNullOrWhiteSpace(configuration[$"{Section}:{nameof(Url)}"]);

    /// <summary>Whether an address has what is needed: it is empty, or has a scheme, a user and a password.</summary>
    internal static bool IsAddress(string? address) => string.IsNullOrWhiteSpace(address)
        || (Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme is "amqp" or "amqps" && uri.UserInfo.IndexOf(':', StringComparison.Ordinal) > 0 && !uri.UserInfo.EndsWith(':'));
}
