/*
 * The OpenAPI document. It is generated from schemas.ts and committed: `npm run generate`.
 */
import { Controller, Get, Header } from '@nestjs/common';
import document from './openapi.json' with { type: 'json' };

const TEXT = JSON.stringify(document);

@Controller('api/openapi.json')
export class OpenapiController {
  @Get()
  @Header('content-type', 'application/json; charset=utf-8')
  read(): string {
    return TEXT;
  }
}
