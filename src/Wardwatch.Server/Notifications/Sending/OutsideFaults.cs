using System.Net.Sockets;
using System.Security.Authentication;
using Wardwatch.Server.Notifications.Mail;
using Wardwatch.Server.Notifications.Outside;

namespace Wardwatch.Server.Notifications.Sending;

/// <summary>What can go wrong outside, as stable codes.</summary>
internal static class OutsideFaults
{
    /// <summary>What an exception means; null: it is a defect of ours, or a cancellation.</summary>
    public static SendResult? Of(Exception failure) => failure switch
    {
        HttpRequestException { InnerException: AddressRefusedException } or AddressRefusedException => SendResult.Failed("address-refused"),
        HttpRequestException { InnerException: SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain } } => SendResult.Again("name-unknown"),
        SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain } => SendResult.Again("name-unknown"),
        HttpRequestException { InnerException: AuthenticationException } or AuthenticationException => SendResult.Again("tls-failed"),
        SmtpException { IsFinal: true } refused => SendResult.Failed($"smtp-{refused.Code}"),
        SmtpException { Code: > 0 } later => SendResult.Again($"smtp-{later.Code}"),
        SmtpException => SendResult.Again("smtp-unreadable"),
        HttpRequestException or SocketException or IOException => SendResult.Again("no-connection"),
        _ => null,
    };
}
