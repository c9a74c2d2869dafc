namespace Wardwatch.Server.Platform.Web;

/// <summary>The headers that every answer carries, whatever goes wrong on the way to it.</summary>
internal static class SecurityHeaders
{
    // Nothing from elsewhere, nothing inline, nowhere else to talk to; a socket of this address is 'self' as well.
    private const string Policy = "default-src 'self'; script-src 'self'; style-src 'self'; connect-src 'self'; font-src 'self'; worker-src 'self'; manifest-src 'self'; "
        + "img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

    // Swagger UI draws its logo with one style inside the drawing, which is allowed by its own hash; a newer version may need another (a test looks in a browser).
    private static readonly string ApiPagePolicy = Policy.Replace("style-src 'self'", "style-src 'self' 'sha256-RL3ie0nH+Lzz2YNqQN83mnU0J1ot4QL7b99vMdIX99w='", StringComparison.Ordinal);

    private const string Year = "max-age=31536000";

    // A browser keeps it for every port of a name, and would no longer reach HTTP on another one of this machine (RFC 6797, 8.3): this takes it back instead.
    private const string NotHere = "max-age=0";

    /// <summary>Adds the headers.</summary>
    public static void UseSecurityHeaders(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        // When the answer starts, since the error handler empties the headers.
        context.Response.OnStarting(static state => Apply((HttpContext)state), context);
        return next(context);
    });

    private static Task Apply(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = context.Request.Path.StartsWithSegments(ApiDescription.PagePath, StringComparison.Ordinal) ? ApiPagePolicy : Policy;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Permissions-Policy"] = "camera=(self), geolocation=(), microphone=(), payment=(), usb=(), publickey-credentials-get=(self), publickey-credentials-create=(self)";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Embedder-Policy"] = "require-corp";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["X-Request-Id"] = context.TraceIdentifier;

        if (context.Request.IsHttps)
        {
            headers.StrictTransportSecurity = context.Request.Host.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase) ? NotHere : Year;
        }

        // What is not a page or its parts speaks of patients, and belongs in no cache.
        if (headers.CacheControl.Count == 0)
        {
            headers.CacheControl = "no-store";
        }

        return Task.CompletedTask;
    }
}
