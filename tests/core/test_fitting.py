"""Foreign pictures brought into the order's shape: size, format, transparency, and SVG that carries nothing along."""

from io import BytesIO

import pytest
from PIL import Image, ImageDraw

from icons.core.imaging import Fitted, fit_to
from icons.domain.errors import ProviderFailed
from icons.domain.images import Format


def a_file(size: tuple[int, int] = (100, 100), ground="white", form: str = "PNG") -> bytes:
    """A blue ring with a white middle on the ground."""
    image = Image.new("RGBA" if form == "PNG" else "RGB", size, ground)
    width, height = size
    draw = ImageDraw.Draw(image)
    draw.ellipse((width * 0.2, height * 0.2, width * 0.8, height * 0.8), fill="#2040c0")
    draw.ellipse((width * 0.4, height * 0.4, width * 0.6, height * 0.6), fill="white")
    out = BytesIO()
    image.save(out, form)
    return out.getvalue()


def shown(fitted: Fitted) -> Image.Image:
    with Image.open(BytesIO(fitted.picture.data)) as image:
        return image.convert("RGBA")


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize("wanted", [Format.PNG, Format.WEBP])
def test_every_raster_format_comes_out_as_asked(form: str, wanted: Format) -> None:
    """Exactly the size and format of the order, and the size as it came beside it."""
    fitted = fit_to(a_file((100, 100), form=form), wanted, 32, 32)
    with Image.open(BytesIO(fitted.picture.data)) as image:
        assert (image.format, image.size) == (wanted.value.upper(), (32, 32))
    assert (fitted.width, fitted.height) == (100, 100)


def test_other_proportions_are_cropped_around_the_middle() -> None:
    """Nothing is squeezed: the ring stays round."""
    pixels = shown(fit_to(a_file((200, 100)), Format.PNG, 50, 50))
    assert pixels.size == (50, 50)
    assert pixels.getpixel((25, 25))[:3] == (255, 255, 255)
    assert pixels.getpixel((10, 25))[2] > pixels.getpixel((10, 25))[0]


@pytest.mark.parametrize("data", [b"", b"I am a poem", a_file()[:200], b"GIF89a" + bytes(50)])
def test_what_is_no_picture_is_a_failure(data: bytes) -> None:
    """Empty, text, cut off, or a format that is not let in."""
    with pytest.raises(ProviderFailed):
        fit_to(data, Format.PNG, 32, 32)


@pytest.mark.parametrize("ground", ["white", "#00b140", "black"])
def test_a_flat_background_is_cut_and_the_inside_stays(ground: str) -> None:
    """Only what touches the border goes; the white middle of the ring stays white."""
    fitted = fit_to(a_file(ground=ground), Format.PNG, 100, 100, cut=True)
    pixels = shown(fitted)
    assert (fitted.transparent, fitted.cut) == (True, True)
    assert [pixels.getpixel(point)[3] for point in ((0, 0), (99, 50), (18, 18))] == [0, 0, 0]
    assert pixels.getpixel((50, 50)) == (255, 255, 255, 255)
    assert pixels.getpixel((30, 50)) == (32, 64, 192, 255)


def test_soft_edges_lose_the_background_s_colour() -> None:
    """Half-covered pixels become half-transparent blue, not a pale fringe: on blue the cut-out nearly vanishes."""
    smooth = Image.new("RGB", (400, 400), "white")
    ImageDraw.Draw(smooth).ellipse((81, 81, 319, 319), fill="#2040c0")
    out = BytesIO()
    smooth.resize((100, 100), Image.Resampling.BOX).save(out, "PNG")
    pixels = shown(fit_to(out.getvalue(), Format.PNG, 100, 100, cut=True))
    alphas = [pixels.getpixel((x, y))[3] for x in range(100) for y in range(100)]
    assert sum(20 < alpha < 235 for alpha in alphas) > 50
    on_blue = Image.alpha_composite(Image.new("RGBA", (100, 100), "#2040c0"), pixels)
    assert all(abs(low - high) < 12 for low, high in on_blue.convert("RGB").getextrema())


def test_a_winding_background_is_followed_to_its_end() -> None:
    """Through a labyrinth of black walls to the innermost corridor."""
    maze = Image.new("RGB", (100, 100), "white")
    draw = ImageDraw.Draw(maze)
    draw.rectangle((10, 9, 90, 90), outline="black", width=2)
    draw.line((14, 9, 24, 9), fill="white", width=4)  # the way in
    for row, y in enumerate(range(20, 90, 10)):
        draw.line((10 + 12 * (row % 2), y, 78 + 12 * (row % 2), y), fill="black", width=2)
    out = BytesIO()
    maze.save(out, "PNG")
    pixels = shown(fit_to(out.getvalue(), Format.PNG, 100, 100, cut=True))
    assert [pixels.getpixel((50, y))[3] for y in range(15, 90, 10)] == [0] * 8


def test_a_busy_background_is_left_alone() -> None:
    """No guess is better than half a picture."""
    image = Image.effect_noise((100, 100), 120).convert("RGB")
    out = BytesIO()
    image.save(out, "PNG")
    fitted = fit_to(out.getvalue(), Format.PNG, 100, 100, cut=True)
    assert (fitted.transparent, fitted.cut) == (False, False)
    assert shown(fitted).getpixel((0, 0))[3] == 255


def test_an_empty_picture_is_not_cut_to_nothing() -> None:
    """All background is no background."""
    out = BytesIO()
    Image.new("RGB", (50, 50), "white").save(out, "PNG")
    assert not fit_to(out.getvalue(), Format.PNG, 50, 50, cut=True).cut


def test_transparency_that_is_there_is_kept() -> None:
    """A picture that came transparent is not cut again."""
    fitted = fit_to(a_file(ground=(0, 0, 0, 0)), Format.PNG, 50, 50, cut=True)
    assert (fitted.transparent, fitted.cut) == (True, False)
    assert shown(fitted).getpixel((0, 0))[3] == 0


def svg(inner: str, root: str = 'viewBox="0 0 8 8"') -> bytes:
    names = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    return f"<svg {names} {root}>{inner}</svg>".encode()


def sanitised(data: bytes) -> str:
    return fit_to(data, Format.SVG, 64, 64).picture.data.decode()


@pytest.mark.parametrize(
    "inner",
    [
        "<script>alert(1)</script>",
        '<rect onload="alert(1)" width="1"/>',
        '<a xlink:href="javascript:alert(1)"><rect width="1"/></a>',
        '<image href="https://evil.example/x.png"/>',
        '<use href="https://evil.example/x.svg#a"/>',
        "<foreignObject><p xmlns='http://www.w3.org/1999/xhtml'>alert</p></foreignObject>",
        '<rect fill="url(https://evil.example/#a)" width="1"/>',
        '<rect style="fill:url(//evil.example/#a)" width="1"/>',
        '<rect style="background-image:url(https://evil.example/)" width="1"/>',
        "<style>@import 'https://evil.example/x.css';</style>",
        '<rect fill="u\\72l(https://evil.example/)" width="1"/>',
        '<animate attributeName="href" to="javascript:alert(1)"/>',
        '<set attributeName="onload" to="alert(1)"/>',
        '<filter id="f"><feImage href="https://evil.example/x.png"/></filter>',
        "<?xml-stylesheet href='https://evil.example/x.css'?>",
        "<!-- alert --><rect width='1'/>",
    ],
)
def test_nothing_that_runs_or_loads_survives(inner: str) -> None:
    """Whatever a model, or who pretends to be one, writes."""
    text = sanitised(svg(inner))
    assert not any(word in text for word in ("alert", "evil", "script", "onload", "href"))


def test_the_drawing_survives() -> None:
    """Shapes, gradients, clips, declarations of style attributes, text; in the asked size."""
    inner = (
        '<defs><linearGradient id="g"><stop offset="0" stop-color="#fff"/></linearGradient></defs>'
        '<path d="M0 0 L8 8" style="fill:url(#g); stroke:rgb(1,2,3)" transform="rotate(45 4 4)"/>'
        "<text x='1'>a &lt; b</text>"
    )
    text = sanitised(svg(inner))
    assert 'd="M0 0 L8 8"' in text
    assert 'fill="url(#g)"' in text
    assert 'stroke="rgb(1,2,3)"' in text
    assert "rotate(45 4 4)" in text
    assert "a &lt; b" in text
    assert 'width="64" height="64"' in text


def test_a_size_becomes_the_coordinate_system() -> None:
    """Without a viewBox the asked size would crop the drawing."""
    assert 'viewBox="0 0 24 12"' in sanitised(svg("<rect width='1'/>", 'width="24px" height="12"'))


@pytest.mark.parametrize(
    "data",
    [
        b'<!DOCTYPE svg [<!ENTITY a "aaaa">]><svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1">&a;</svg>',
        b'<!DOCTYPE svg SYSTEM "https://evil.example/"><svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"/>',
        b'<html xmlns="http://www.w3.org/1999/xhtml"/>',
        b'<svg viewBox="0 0 1 1"/>',
        b"<svg",
        b"",
        b"\xff\xfe\x00",
        svg("<g>" * 100 + "</g>" * 100),
        svg("<rect/>" * 20_001),
        svg("x" * (2 * 1024 * 1024)),
        svg("<rect width='1'/>", ""),
    ],
)
def test_what_is_no_decent_svg_is_a_failure(data: bytes) -> None:
    """Entities, other documents, broken ones, too deep, too many, too long, without a size."""
    with pytest.raises(ProviderFailed):
        sanitised(data)
