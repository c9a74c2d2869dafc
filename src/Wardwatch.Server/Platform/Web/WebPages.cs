using System.Collections.Frozen;
using Microsoft.Extensions.FileProviders;
using Microsoft.Net.Http.Headers;

namespace Wardwatch.Server.Platform.Web;

/// <summary>
/// The built web pages. A path that is no file and no interface's is a view of the one page, so that a reload or a shared link works.
/// </summary>
internal static partial class WebPages
{
    private const string Page = "/index.html";

    // The first segment of every path that is answered by code.
    private static readonly FrozenSet<string> Interfaces =
        new[] { "api", "v1", "hubs", "ws", "sse", "health", "metrics", "openapi", "api-docs" }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>Serves the pages; without them, says so.</summary>
    public static void UseWebPages(this WebApplication app, string? givenFolder)
    {
        var folder = Find(givenFolder);
        if (folder is null)
        {
            LogMissing(app.Logger);
        }
        else
        {
            LogFolder(app.Logger, folder);
        }

        app.Use((context, next) =>
        {
            if (folder is not null && IsView(context.Request))
            {
                context.Request.Path = Page;
            }

            return next(context);
        });
        if (folder is not null)
        {
            app.UseStaticFiles(new StaticFileOptions { FileProvider = new PhysicalFileProvider(folder), OnPrepareResponse = file => SetCaching(file.Context) });
        }
    }

    /// <summary>The folder of the pages: the given one, the one beside the program, or the checkout's.</summary>
    public static string? Find(string? given)
    {
        if (!string.IsNullOrWhiteSpace(given))
        {
            var folder = Path.GetFullPath(given);
            return File.Exists(folder + Page) ? folder : null;
        }

        var beside = Path.Combine(AppContext.BaseDirectory, "wwwroot");
        return File.Exists(beside + Page) ? beside : Checkout.Find("web/dist" + Page) is { } page ? Path.GetDirectoryName(page) : null;
    }

    private static bool IsView(HttpRequest request)
    {
        if (!HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method))
        {
            return false;
        }

        var path = request.Path.Value ?? "/";
        var end = path.IndexOf('/', 1);
        var first = end < 0 ? path[1..] : path[1..end];
        return !Path.HasExtension(path) && !Interfaces.Contains(first);
    }

    // The build puts a digest into the names below /assets, so that those never change; the page itself is asked for anew each time.
    private static void SetCaching(HttpContext context) =>
        context.Response.Headers[HeaderNames.CacheControl] = context.Request.Path.StartsWithSegments("/assets", StringComparison.Ordinal)
            ? "public, max-age=31536000, immutable"
            : "no-cache";

    [LoggerMessage(1020, LogLevel.Warning, "The web pages are not built: only the interfaces are served (build them with: npm ci && npm run build, in web/)")]
    private static partial void LogMissing(ILogger log);

    [LoggerMessage(1021, LogLevel.Information, "Serving the web pages in {Folder}")]
    private static partial void LogFolder(ILogger log, string folder);
}
