// Files on their way to the gallery, with their progress, which fetch does not tell.
import { Failure, failure, unreachable } from "./failure.js";
import { renewed, token } from "./session.js";

const TOO_LARGE = "It is larger than this service accepts. Save a smaller one, as WebP or JPEG, and add that.";

/** The picture's record. `progress(share)`: 0 to 1 of the bytes have left. Raises Failure. */
export async function upload(file, progress) {
  const bearer = await token();
  let answer = await sent(file, bearer, progress);
  if (answer.status === 401) answer = await sent(file, await renewed(bearer), progress);
  if (answer.status === 413) throw new Failure(TOO_LARGE, { status: 413 });
  if (!answer.ok) throw await failure(answer);
  return answer.json();
}

function sent(file, bearer, progress) {
  const form = new FormData();
  form.append("file", file);
  const request = new XMLHttpRequest();
  request.open("POST", "/api/images");
  request.setRequestHeader("Authorization", `Bearer ${bearer}`);
  request.upload.onprogress = (event) => event.lengthComputable && progress(event.loaded / event.total);
  const answered = new Promise((done, fail) => {
    request.onload = () => done(new Response(request.response, { status: request.status }));
    request.onerror = fail;
    request.onabort = fail;
  });
  request.send(form);
  return answered.catch(unreachable);
}

/** What cannot be a picture is refused before it is sent. Raises Failure. */
export function checkPicture(file) {
  if (!/^image\/(png|jpeg|webp)$/.test(file.type)) throw new Failure("This is no PNG, JPEG or WebP picture. Save it as one of them first.");
}
