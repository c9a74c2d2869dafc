using System.Net;
using Wardwatch.Server.Access.Contracts;

namespace Wardwatch.Server.Audit.Contracts;

/// <summary>Something that somebody did, or tried to do.</summary>
public sealed record AuditEntry
{
    /// <summary>The hospital.</summary>
    public required int TenantId { get; init; }

    /// <summary>One of <see cref="AuditActions"/>.</summary>
    public required string Action { get; init; }

    /// <summary>The account; null where nobody was signed in, or the command line acts.</summary>
    public Guid? AccountId { get; init; }

    /// <summary>The name with which the account signs in; <c>command line</c> for the tool. Never what somebody typed: it might be a password.</summary>
    public string? User { get; init; }

    /// <summary>The account's role at that time.</summary>
    public string? Role { get; init; }

    /// <summary>The patients whose data it was about, by database key.</summary>
    public IReadOnlyList<int> Patients { get; init; } = [];

    /// <summary>False if it was refused.</summary>
    public bool Done { get; init; } = true;

    /// <summary>Why, where a reason is asked for; stored sealed.</summary>
    public string? Purpose { get; init; }

    /// <summary>What exactly, in words; stored sealed.</summary>
    public string? Detail { get; init; }

    /// <summary>From where.</summary>
    public IPAddress? Address { get; init; }

    /// <summary>The request, as in logs and errors.</summary>
    public string? RequestId { get; init; }

    /// <summary>What the caller of a request does.</summary>
    public static AuditEntry Of(HttpContext context, string action) => Of(context, context.User.Caller(), action);

    /// <summary>What a caller does in a request in which nobody was signed in when it came.</summary>
    public static AuditEntry Of(HttpContext context, Caller caller, string action) => new()
    {
        TenantId = caller.TenantId,
        Action = action,
        AccountId = caller.AccountId,
        User = caller.User,
        Role = caller.Role,
        Address = context.Connection.RemoteIpAddress,
        RequestId = context.TraceIdentifier,
    };

    /// <summary>What the command-line tool does.</summary>
    public static AuditEntry OfTool(int tenantId, string action) => new() { TenantId = tenantId, Action = action, User = "command line" };
}
