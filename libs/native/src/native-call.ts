/* An asynchronous call of the library as a promise of its mw_status. */

/** `call` starts it and hands over the callback. The status is not checked yet. */
export function nativeCall(
  call: (done: (error: Error | null, status: number) => void) => void,
): Promise<number> {
  return new Promise((resolve, reject) => {
    call((error, status) => {
      if (error === null) resolve(status);
      else reject(error);
    });
  });
}
